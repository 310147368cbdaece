using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Compose.Model;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary><c>quai compose up</c>.</summary>
internal sealed class Up : ComposeVerb
{
    private readonly UpFlags _flags;
    private readonly Flag<bool> _detach, _noDependencies, _noStart, _recreatesDependencies, _renews, _wait;
    private readonly Flag<long> _timeout, _waitTimeout;

    public Up(ComposeGlobals globals)
        : base(globals, "up")
    {
        _flags = new UpFlags(Flags);
        _recreatesDependencies = Flags.Bool("always-recreate-deps", '\0', "Make containers of services that others depend on anew");
        _detach = Flags.Bool("detach", 'd', "Leave the containers running in the background");
        _noDependencies = Flags.Bool("no-deps", '\0', "Leave alone what the services depend on");
        _noStart = Flags.Bool("no-start", '\0', "Do not start the containers");
        _renews = Flags.Bool("renew-anon-volumes", 'V', "Make anonymous volumes anew instead of taking them over");
        _timeout = Flags.Int("timeout", 't', "Seconds that containers have to end");
        _wait = Flags.Bool("wait", '\0', "Wait until all services run and are healthy, and stay in the background");
        _waitTimeout = Flags.Int("wait-timeout", '\0', "How many seconds to wait");
    }

    public override string Summary => "Make and start the containers of a project";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ComposeProject project = scope.Load(arguments);
        project = _flags.Scaled(_noDependencies.Value ? UpFlags.WithoutDependencies(project, arguments) : project);
        BringUpRequest request = new()
        {
            Plan = _flags.Plan(arguments, _recreatesDependencies.Value) with { Starts = !_noStart.Value, Waits = _wait.Value },
            Images = _flags.Images(arguments),
            StopTimeout = _timeout.Changed ? _timeout.Value : null,
            WaitTimeout = _waitTimeout.Value > 0 ? TimeSpan.FromSeconds(_waitTimeout.Value) : null,
            InheritsVolumes = !_renews.Value,
            AssumesYes = _flags.AssumesYes,
        };
        if (project.Services.Count == 0)
        {
            throw new ExitException(1, "no service selected");
        }

        if (_detach.Value || _wait.Value || _noStart.Value || scope.Globals.IsDryRun)
        {
            new BringUp(scope).RunAsync(project, request).Await();
            return 0;
        }

        throw new ExitException(1, "up stays in the foreground: give -d");
    }
}
