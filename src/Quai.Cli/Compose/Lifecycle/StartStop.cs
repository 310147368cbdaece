using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Projects;
using Quai.Cli.Http;
using Quai.Compose.Model;
using Quai.Convergence;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary><c>quai compose start</c>.</summary>
internal sealed class Start : ComposeVerb
{
    private readonly Flag<bool> _wait;
    private readonly Flag<long> _timeout;

    public Start(ComposeGlobals globals)
        : base(globals, "start")
    {
        _wait = Flags.Bool("wait", '\0', "Wait until all services run and are healthy");
        _timeout = Flags.Int("wait-timeout", '\0', "How many seconds to wait");
    }

    public override string Summary => "Start containers that are stopped";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ProjectContainers found = ProjectContainers.FindAsync(scope, arguments).Await();
        ComposeProject project = arguments.Count == 0 ? found.Project : WithDependencies(found.Project, arguments);
        if (project.Services.Values.FirstOrDefault(service => service.Provider is null && ServiceScale.Of(service) > 0 && found.Of([service.Name]).Count == 0) is { } missing)
        {
            throw new ExitException(1, $"service \"{missing.Name}\" has no container to start");
        }

        ObservedProject observed = new() { Containers = found.Containers };
        PlanRun.RunAsync(scope, found, LifecyclePlanner.Start(project, observed, _wait.Value), waitTimeout: _timeout.Value > 0 ? TimeSpan.FromSeconds(_timeout.Value) : null).Await();
        return 0;
    }

    private static ComposeProject WithDependencies(ComposeProject project, List<string> services)
    {
        HashSet<string> wanted = [];
        Queue<string> open = new(services);
        while (open.TryDequeue(out string? name))
        {
            if (wanted.Add(name) && project.Services.TryGetValue(name, out ComposeService? service))
            {
                foreach (string other in service.DependsOn.Keys)
                {
                    open.Enqueue(other);
                }
            }
        }

        return UpFlags.WithoutDependencies(project, [.. wanted]);
    }
}

/// <summary><c>quai compose stop</c>.</summary>
internal sealed class Stop : ComposeVerb
{
    private readonly Flag<long> _timeout;

    public Stop(ComposeGlobals globals)
        : base(globals, "stop") => _timeout = Flags.Int("timeout", 't', "Seconds that containers have to end");

    public override string Summary => "Stop containers without removing them";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ProjectContainers found = ProjectContainers.FindAsync(scope, arguments).Await();
        PlanRun.RunAsync(scope, found, LifecyclePlanner.Stop(found.Project, found.Of(arguments)), _timeout.Changed ? _timeout.Value : null).Await();
        return 0;
    }
}

/// <summary><c>quai compose restart</c>.</summary>
internal sealed class Restart : ComposeVerb
{
    private readonly Flag<bool> _noDependencies;
    private readonly Flag<long> _timeout;

    public Restart(ComposeGlobals globals)
        : base(globals, "restart")
    {
        _noDependencies = Flags.Bool("no-deps", '\0', "Leave alone services that are restarted with those they depend on");
        _timeout = Flags.Int("timeout", 't', "Seconds that containers have to end");
    }

    public override string Summary => "Restart containers";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ProjectContainers found = ProjectContainers.FindAsync(scope, arguments).Await();
        ServiceRestarts.RunAsync(scope, found, arguments, withDependents: !_noDependencies.Value, _timeout.Changed ? _timeout.Value : null).Await();
        return 0;
    }
}
