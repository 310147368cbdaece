using System.Runtime.InteropServices;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Display;
using Quai.Cli.Compose.Images;
using Quai.Cli.Compose.Providing;
using Quai.Cli.Compose.Views;
using Quai.Cli.Streams;
using Quai.Compose.Model;
using Quai.Convergence.Checking;
using Quai.Convergence.Execution;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary>Brings the engine from what it has to what a project's files describe.</summary>
/// <param name="scope">Where the project is.</param>
/// <param name="show">Shows what happens; null for the usual progress.</param>
internal sealed class BringUp(ComposeScope scope, Action<ConvergenceEvent>? show = null)
{
    private const int Interrupted = 130;

    /// <summary>Does so; with <c>--dry-run</c> only says what it would do. Where nobody else takes care of it, ctrl-C once stops it in order, and twice at once.</summary>
    public async Task RunAsync(ComposeProject project, BringUpRequest request, CancellationToken cancellation = default)
    {
        if (cancellation.CanBeCanceled)
        {
            await GoAsync(project, request, cancellation);
            return;
        }

        using var stop = new CancellationTokenSource();
        using PosixSignalRegistration keyboard = Interrupts.StopOn(PosixSignal.SIGINT, stop);
        try
        {
            await GoAsync(project, request, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            throw new ExitException(Interrupted, "interrupted: the next 'up' goes on from here");
        }
    }

    private async Task GoAsync(ComposeProject project, BringUpRequest request, CancellationToken cancellation)
    {
        project = await new Providers(scope, show ?? scope.Progress.Show).UpAsync(project, cancellation);
        ObservedProject observed = await scope.Observer.ObserveAsync(project, cancellation);

        // Before images are pulled and built, which may take long.
        EngineChecks.Check(project, observed);
        if (request.Images is { } demands)
        {
            observed = observed with { Images = await new ServiceImages(scope).EnsureAsync(project, observed.Images, demands, cancellation) };
        }

        ConvergencePlan plan = Plan(project, observed, request);
        foreach (string warning in plan.Warnings)
        {
            scope.Warn(warning);
        }

        if (plan.Orphans.Count > 0 && !request.Plan.RemovesOrphans && !ComposeGlobals.IsSet("COMPOSE_IGNORE_ORPHANS"))
        {
            scope.Warn($"Found orphan containers ([{string.Join(' ', plan.Orphans.Select(orphan => orphan.Name))}]) for this project. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up.");
        }

        if (scope.Globals.IsDryRun)
        {
            PlanText.Print(plan, scope.Out);
            return;
        }

        ExecutionOptions options = new()
        {
            Context = scope.Context,
            StopTimeout = request.StopTimeout,
            WaitTimeout = request.WaitTimeout,
            InheritsVolumes = request.InheritsVolumes,
            Parallelism = scope.Globals.Parallelism,
            BeforeStart = request.BeforeStart,
        };
        await new PlanExecution(scope.Engine, project, options, show ?? scope.Progress.Show).RunAsync(plan, observed, cancellation);
    }

    private ConvergencePlan Plan(ComposeProject project, ObservedProject observed, BringUpRequest request)
    {
        ConvergencePlan plan = ConvergencePlanner.Plan(project, observed, request.Plan);
        string[] agreed = [.. plan.DivergedVolumes.Where(key => request.AssumesYes || IsAgreed(project.Volumes[key].Name))];
        return agreed.Length == 0 ? plan : ConvergencePlanner.Plan(project, observed, request.Plan with { VolumesToRecreate = agreed });
    }

    private bool IsAgreed(string volume)
    {
        string question = $"Volume \"{volume}\" exists but doesn't match configuration in compose file. Recreate (data will be lost)?";
        if (!Input.IsTerminal || scope.Globals.IsDryRun)
        {
            scope.Warn($"{question} It is kept: nobody is here to answer, and --yes is not given");
            return false;
        }

        return Question.IsAgreed(scope, question + " [y/N]");
    }
}
