using Quai.Cli.Compose.Projects;
using Quai.Cli.Compose.Views;
using Quai.Convergence.Execution;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary>Executes plans for the containers that a project has, or says what they would do.</summary>
internal static class PlanRun
{
    /// <summary>Executes a plan; with <c>--dry-run</c>, prints it.</summary>
    public static async Task RunAsync(ComposeScope scope, ProjectContainers found, ConvergencePlan plan, long? stopTimeout = null, TimeSpan? waitTimeout = null, bool volumes = false)
    {
        foreach (string warning in plan.Warnings)
        {
            scope.Warn(warning);
        }

        if (scope.Globals.IsDryRun)
        {
            PlanText.Print(plan, scope.Out);
            return;
        }

        ExecutionOptions options = new()
        {
            Context = scope.Context, StopTimeout = stopTimeout, WaitTimeout = waitTimeout, Parallelism = scope.Globals.Parallelism, RemovesAnonymousVolumes = volumes,
        };
        await new PlanExecution(scope.Engine, found.Project, options, scope.Progress.Show).RunAsync(plan, new ObservedProject { Containers = found.Containers });
    }

    /// <summary>Does the same to each container, all at once, and shows it; with <c>--dry-run</c>, says so.</summary>
    public static async Task EachAsync(ComposeScope scope, IEnumerable<ObservedContainer> containers, string doing, string done, Func<ObservedContainer, Task> action)
    {
        if (scope.Globals.IsDryRun)
        {
            scope.Out.WriteRows(containers.Select(container => $"{doing} container {container.Name}"));
            return;
        }

        List<string> failures = [];
        await Parallel.ForEachAsync(containers, new ParallelOptions { MaxDegreeOfParallelism = scope.Globals.Parallelism > 0 ? scope.Globals.Parallelism : 64 }, async (container, _) =>
        {
            Show(doing, ConvergenceStage.Working);
            try
            {
                await action(container);
                Show(done, ConvergenceStage.Done);
            }
            catch (Exception e) when (e is Client.DaemonException or Client.ConnectionException or Convergence.ConvergenceException)
            {
                Show("Error", ConvergenceStage.Failed, e.Message);
                lock (failures)
                {
                    failures.Add($"Container {container.Name}: {e.Message}");
                }
            }

            void Show(string text, ConvergenceStage stage, string detail = "")
            {
                lock (failures)
                {
                    scope.Progress.Show(new($"Container {container.Name}", text, stage, detail));
                }
            }
        });
        if (failures.Count > 0)
        {
            throw new CommandLine.ExitException(1, string.Join('\n', failures));
        }
    }
}
