using System.Security.Cryptography;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Images;
using Quai.Cli.Compose.Lifecycle;
using Quai.Cli.Compose.Projects.Remote;
using Quai.Cli.Http;
using Quai.Cli.Streams;
using Quai.Compose.Model;
using Quai.Convergence;
using Quai.Convergence.Execution;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;
using Quai.Convergence.Requests;

namespace Quai.Cli.Compose.Programs;

/// <summary><c>quai compose run</c>: a container of its own, made as a service's.</summary>
internal sealed class Run : ComposeVerb
{
    private readonly RunFlags _flags;
    private readonly Flag<bool> _build, _detach, _interactive, _noTerminal, _noDependencies, _orphans, _quiet, _quietBuild, _quietPull, _remove, _aliases, _terminal;
    private readonly Flag<string> _pull;

    public Run(ComposeGlobals globals)
        : base(globals, "run")
    {
        _flags = new RunFlags(Flags);
        _build = Flags.Bool("build", '\0', "Build the image before");
        _detach = Flags.Bool("detach", 'd', "Run in the background and print the container's ID");
        _interactive = Flags.Bool("interactive", 'i', "Keep STDIN open even if not attached", initial: true);
        _noTerminal = Flags.Bool("no-TTY", 'T', "Without a terminal; else there is one if the output is one");
        _noDependencies = Flags.Bool("no-deps", '\0', "Leave alone what the service depends on");
        _pull = Flags.String("pull", '\0', "When images are pulled: always, missing, never or policy", "policy");
        _quiet = Flags.Bool("quiet", 'q', "Show nothing but what the program writes");
        _quietBuild = Flags.Bool("quiet-build", '\0', "Do not show builds");
        _quietPull = Flags.Bool("quiet-pull", '\0', "Do not show layers of pulls");
        _orphans = Flags.Bool("remove-orphans", '\0', "Remove containers of services that the files do not have");
        _remove = Flags.Bool("rm", '\0', "Remove the container when it ends");
        _terminal = Flags.Add(new Flag<bool>("tty", 't', "", "Allocate a terminal", true, FlagValues.Bool) { BareValue = "true", Hidden = true });
        _aliases = Flags.Bool("use-aliases", '\0', "Use the service's names in its networks");
    }

    public override string Usage => "[OPTIONS] SERVICE [COMMAND] [ARGS...]";

    public override string Summary => "Run a command in a container of its own";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    public override bool OptionsEndAtFirstArgument => true;

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        if (_pull.Value is not ("always" or "missing" or "never" or "policy"))
        {
            throw new ExitException(1, $"invalid --pull option \"{_pull.Value}\"");
        }

        ComposeProject project = scope.Load([arguments[0]], makes: true);
        new RemoteConsent(scope).Check(project, assumesYes: false);
        ComposeService service = _flags.Apply(project, project.Services[arguments[0]], arguments[1..]);
        bool hasTerminal = !_noTerminal.Value && _terminal.Value && !_detach.Value && scope.Out.IsTerminal && Input.IsTerminal;
        service = service with { Tty = hasTerminal, StdinOpen = _interactive.Value };
        (string id, string name) = MakeAsync(scope, project, service).Await();
        if (id.Length == 0)
        {
            return 0;
        }

        scope.Progress.Settle();
        if (_detach.Value)
        {
            scope.Engine.Containers.StartAsync(id).Await();
            scope.Out.WriteLine(id);
            return 0;
        }

        try
        {
            return Delegation.Run(scope, new Containers.Start("start"), service.StdinOpen ? ["-a", "-i", id] : ["-a", id]);
        }
        catch (Client.DaemonException e)
        {
            throw new ExitException(Containers.Run.CodeOf(e.Message), $"Container {name}: {e.Message}");
        }
    }

    private async Task<(string Id, string Name)> MakeAsync(ComposeScope scope, ComposeProject project, ComposeService service)
    {
        ImageDemands demands = new() { Builds = _build.Value, Pull = _pull.Value, IsPullQuiet = _quietPull.Value, IsBuildQuiet = _quietBuild.Value };
        Action<ConvergenceEvent> show = _quiet.Value ? _ => { } : scope.Progress.Show;

        // What the service depends on is brought up first, and with it its networks and volumes.
        await new BringUp(scope, show).RunAsync(_noDependencies.Value ? UpFlags.WithoutDependencies(project, [service.Name]) : project, new()
        {
            Plan = new() { RemovesOrphans = _orphans.Value, Keeps = [service.Name] },
            Images = demands,
        });
        ObservedImage? image = await scope.Observer.ImageAsync(ServiceScale.ImageOf(project, service));
        string slug = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        string name = _flags.Name.Length > 0 ? _flags.Name : $"{project.Name}-{service.Name}-run-{slug[..12]}";
        if (scope.Globals.IsDryRun)
        {
            scope.Out.WriteRows($"create container {name}", $"start container {name}");
            return ("", name);
        }

        ILookup<string, ObservedContainer> containers = (await scope.Observer.ContainersAsync(project.Name)).Where(container => !container.IsOneOff)
            .OrderBy(container => container.Name, StringComparer.Ordinal).ToLookup(container => container.Service);
        ContainerOrder order = new(ServiceReferences.Resolve(service, other => containers[other].FirstOrDefault()?.Id) with { ContainerName = name }, 0)
        {
            Image = image,
            IsRemovedAtEnd = _remove.Value,
            AttachesInput = service.StdinOpen,
            UsesAliases = _aliases.Value,
            Labels = new Dictionary<string, string> { [ComposeLabels.OneOff] = "True", [ComposeLabels.Slug] = slug },
            Links = ServiceLinks.Of(project, service, 1, other => [.. containers[other].Select(container => container.Name)]),
        };
        show(new($"Container {name}", "Creating", ConvergenceStage.Working));
        string id = await new ContainerMaking(scope.Engine, project, scope.Context).MakeAsync(order, name, scope.Warn, CancellationToken.None);
        show(new($"Container {name}", "Created", ConvergenceStage.Done));
        return (id, name);
    }
}
