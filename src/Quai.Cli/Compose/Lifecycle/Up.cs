using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Following;
using Quai.Cli.Compose.Projects.Remote;
using Quai.Cli.Compose.Watching;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Compose.Model;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary><c>quai compose up</c>.</summary>
internal sealed class Up : ComposeVerb
{
    private readonly UpFlags _flags;
    private readonly Flag<bool> _abort, _abortAtFailure, _attachDependencies, _detach, _menu, _noColour, _noDependencies, _noPrefix, _noStart, _recreatesDependencies, _renews, _timestamps, _wait, _watch;
    private readonly ListFlag<string> _attach, _noAttach;
    private readonly Flag<string> _exitCodeFrom;
    private readonly Flag<long> _timeout, _waitTimeout;

    public Up(ComposeGlobals globals)
        : base(globals, "up")
    {
        _flags = new UpFlags(Flags);
        _abort = Flags.Bool("abort-on-container-exit", '\0', "Stop all containers when one ends");
        _abortAtFailure = Flags.Bool("abort-on-container-failure", '\0', "Stop all containers when one fails");
        _attach = Flags.List("attach", '\0', "Show the output of these services alone", type: "stringArray");
        _attachDependencies = Flags.Bool("attach-dependencies", '\0', "Show the output of what the services depend on");
        _exitCodeFrom = Flags.String("exit-code-from", '\0', "End with the exit code of this service's container, when one ends");
        _menu = Flags.Bool("menu", '\0', "Have keys do things while the project runs in the foreground: w watches files");
        _noAttach = Flags.List("no-attach", '\0', "Do not show the output of these services", type: "stringArray");
        _noColour = Flags.Bool("no-color", '\0', "Without colours");
        _noPrefix = Flags.Bool("no-log-prefix", '\0', "Without the containers' names");
        _timestamps = Flags.Bool("timestamps", '\0', "Show times");
        _recreatesDependencies = Flags.Bool("always-recreate-deps", '\0', "Make containers of services that others depend on anew");
        _detach = Flags.Bool("detach", 'd', "Leave the containers running in the background");
        _noDependencies = Flags.Bool("no-deps", '\0', "Leave alone what the services depend on");
        _noStart = Flags.Bool("no-start", '\0', "Do not start the containers");
        _renews = Flags.Bool("renew-anon-volumes", 'V', "Make anonymous volumes anew instead of taking them over");
        _timeout = Flags.Int("timeout", 't', "Seconds that containers have to end");
        _wait = Flags.Bool("wait", '\0', "Wait until all services run and are healthy, and stay in the background");
        _waitTimeout = Flags.Int("wait-timeout", '\0', "How many seconds to wait");
        _watch = Flags.Bool("watch", 'w', "Sync, rebuild and restart services when their files change");
    }

    public override string Summary => "Make and start the containers of a project";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ComposeProject project = scope.Load(arguments, makes: true);
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

        CheckAttaching(project);
        new RemoteConsent(scope).Check(project, _flags.AssumesYes);
        WatchSession Open() => new(scope, project, new() { NeverBuilds = request.Images!.NeverBuilds, IsQuiet = request.Images.IsBuildQuiet });
        bool hasMenu = (_menu.Changed ? _menu.Value : ComposeGlobals.IsSet("COMPOSE_MENU")) && scope.Out.IsTerminal && Input.IsTerminal && !scope.Globals.IsDryRun;
        using WatchSession? watch = _watch.Value && !hasMenu ? Open() : null;
        if (_detach.Value || _wait.Value || _noStart.Value || scope.Globals.IsDryRun)
        {
            new BringUp(scope).RunAsync(project, request).Await();
            scope.Out.WriteRows(watch?.Sentences ?? []);
            return 0;
        }

        using Foreground foreground = new(scope, project, new()
        {
            Attached = Attached(project, arguments),
            StopsAtExit = _abort.Value || _exitCodeFrom.Value.Length > 0,
            StopsAtFailure = _abortAtFailure.Value,
            ExitCodeFrom = _exitCodeFrom.Value,
            Timestamps = _timestamps.Value,
            NoColour = _noColour.Value,
            NoPrefix = _noPrefix.Value,
            Watch = watch is null ? null : watch.RunAsync,
            Menu = hasMenu ? (Open, _watch.Value) : null,
        });
        return foreground.RunAsync(request).Await();
    }

    private void CheckAttaching(ComposeProject project)
    {
        bool stops = _abort.Value || _abortAtFailure.Value || _exitCodeFrom.Value.Length > 0;
        if (_wait.Value && stops)
        {
            throw new ExitException(1, "--wait cannot be combined with --abort-on-container-exit, --abort-on-container-failure or --exit-code-from");
        }

        if (_detach.Value && (stops || _attach.Values.Count > 0 || _attachDependencies.Value))
        {
            throw new ExitException(1, "--detach cannot be combined with --abort-on-container-exit, --abort-on-container-failure, --exit-code-from, --attach or --attach-dependencies");
        }

        if (_menu.Value && _detach.Value)
        {
            throw new ExitException(1, "--menu cannot be combined with --detach");
        }

        if (_watch.Value && (stops || _detach.Value || _wait.Value || _noStart.Value))
        {
            throw new ExitException(1, "--watch cannot be combined with --detach, --wait, --no-start, --abort-on-container-exit, --abort-on-container-failure or --exit-code-from");
        }

        if (_abort.Value && _abortAtFailure.Value)
        {
            throw new ExitException(1, "cannot combine --abort-on-container-failure and --abort-on-container-exit");
        }

        if (_attach.Values.Count > 0 && _attachDependencies.Value)
        {
            throw new ExitException(1, "cannot combine --attach and --attach-dependencies");
        }

        string[] named = [_exitCodeFrom.Value, .. _attach.Values, .. _noAttach.Values];
        if (named.FirstOrDefault(name => name.Length > 0 && !project.Services.ContainsKey(name)) is { } unknown)
        {
            throw new ExitException(1, $"no such service: {unknown}");
        }
    }

    /// <summary>The services whose output is shown: those that the user named, or all, without those that do not want it.</summary>
    private HashSet<string> Attached(ComposeProject project, List<string> arguments)
    {
        IEnumerable<string> wanted = _attach.Values.Count > 0 ? _attach.Values
            : (arguments.Count > 0 && !_attachDependencies.Value ? arguments : project.Services.Keys).Where(name => project.Services[name].Attach != false);
        return [.. wanted.Except(_noAttach.Values)];
    }
}
