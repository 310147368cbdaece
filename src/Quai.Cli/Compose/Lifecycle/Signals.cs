using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Http;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary><c>quai compose kill</c>.</summary>
internal sealed class Kill : ComposeVerb
{
    private readonly Flag<bool> _orphans;
    private readonly Flag<string> _signal;

    public Kill(ComposeGlobals globals)
        : base(globals, "kill")
    {
        _orphans = Flags.Bool("remove-orphans", '\0', "Remove containers of services that the files do not have");
        _signal = Flags.String("signal", 's', "Signal to send", "SIGKILL");
    }

    public override string Summary => "Send a signal to containers";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ProjectContainers found = ProjectContainers.FindAsync(scope, arguments).Await();
        ObservedContainer[] running = [.. found.Of(arguments, oneOffs: true).Where(container => container.State is "running" or "restarting" or "paused")];
        if (running.Length == 0)
        {
            scope.Warn("no container to kill");
        }

        PlanRun.EachAsync(scope, running, "Killing", "Killed", container => scope.Engine.Containers.KillAsync(container.Id, _signal.Value)).Await();
        if (_orphans.Value && found.HasFiles)
        {
            HashSet<string> known = [.. found.Project.AllServices.Select(service => service.Name)];
            PlanRun.EachAsync(scope, found.Containers.Where(container => !known.Contains(container.Service)), "Removing", "Removed", container => scope.Engine.Containers.RemoveAsync(container.Id, force: true)).Await();
        }

        return 0;
    }
}

/// <summary><c>quai compose pause</c> and <c>quai compose unpause</c>.</summary>
internal sealed class PauseOrUnpause(ComposeGlobals globals, bool isPause) : ComposeVerb(globals, isPause ? "pause" : "unpause")
{
    public override string Usage => "[SERVICE...]";

    public override string Summary => isPause ? "Pause all processes of containers" : "Let paused containers go on";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ProjectContainers found = ProjectContainers.FindAsync(scope, arguments).Await();
        IEnumerable<ObservedContainer> containers = found.Of(arguments).Where(container => container.State == (isPause ? "running" : "paused"));
        PlanRun.EachAsync(scope, containers, isPause ? "Pausing" : "Unpausing", isPause ? "Paused" : "Unpaused", container =>
            isPause ? scope.Engine.Containers.PauseAsync(container.Id) : scope.Engine.Containers.UnpauseAsync(container.Id)).Await();
        return 0;
    }
}
