/** The agent: what runs where the licences are, and tells the control plane. */
