/** `glidepath demo outage|back`: from a second terminal, on a demo that runs. */
import { jsonOption, type Registrar } from '../registrar.ts';
import { DEMO_FOLDER } from './state.ts';

interface DemoCommandOptions {
  readonly data: string;
  readonly json?: boolean;
}

export function registerDemo({ program, shell, acting }: Registrar): void {
  const demo = program.command('demo').description('take the control plane of a running demo away, and bring it back');
  const dataOption = ['--data <folder>', 'the folder that `up --demo` was given', DEMO_FOLDER] as const;
  demo
    .command('outage')
    .description('kill the control plane with SIGKILL and watch the applications go on')
    .option(...dataOption)
    .addOption(jsonOption())
    .action(acting(async (options: DemoCommandOptions) => (await import('./outage.ts')).demoOutage(shell, options)));
  demo
    .command('back')
    .description('start the control plane again and watch the applications return')
    .option(...dataOption)
    .addOption(jsonOption())
    .action(acting(async (options: DemoCommandOptions) => (await import('./outage.ts')).demoBack(shell, options)));
}
