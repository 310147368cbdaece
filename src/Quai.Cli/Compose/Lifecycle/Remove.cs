using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary><c>quai compose rm</c>.</summary>
internal sealed class Remove : ComposeVerb
{
    private readonly Flag<bool> _force, _stop, _volumes;

    public Remove(ComposeGlobals globals)
        : base(globals, "rm")
    {
        _force = Flags.Bool("force", 'f', "Do not ask");
        _stop = Flags.Bool("stop", 's', "Stop containers that run");
        _volumes = Flags.Bool("volumes", 'v', "Remove their anonymous volumes");
    }

    public override string Summary => "Remove containers that are stopped";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ProjectContainers found = ProjectContainers.FindAsync(scope, arguments).Await();
        if (_stop.Value)
        {
            PlanRun.RunAsync(scope, found, LifecyclePlanner.Stop(found.Project, found.Of(arguments))).Await();
            found = scope.Globals.IsDryRun ? found : ProjectContainers.FindAsync(scope, arguments).Await();
        }

        ObservedContainer[] stopped = [.. found.Of(arguments, oneOffs: true).Where(container => container.State is not ("running" or "restarting" or "paused"))];
        if (stopped.Length == 0)
        {
            scope.Error.WriteLine("No stopped containers");
            return 0;
        }

        string names = $"Going to remove {string.Join(", ", stopped.Select(container => container.Name))}";
        if (!_force.Value && !scope.Globals.IsDryRun)
        {
            scope.Progress.Settle();
            scope.Out.Write($"? {names} [yN] ");
            using StreamReader reader = new(new Input());
            if (reader.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            {
                return 0;
            }
        }
        else
        {
            scope.Out.WriteLine(names);
        }

        PlanRun.EachAsync(scope, stopped, "Removing", "Removed", container => scope.Engine.Containers.RemoveAsync(container.Id, force: true, volumes: _volumes.Value)).Await();
        return 0;
    }
}
