using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Providing;
using Quai.Cli.Compose.Views;
using Quai.Cli.Http;
using Quai.Compose.Model;
using Quai.Convergence.Execution;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;
using Quai.Convergence.Removal;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary><c>quai compose down</c>.</summary>
internal sealed class Down : ComposeVerb
{
    private readonly Flag<bool> _orphans, _volumes;
    private readonly Flag<string> _images;
    private readonly Flag<long> _timeout;

    public Down(ComposeGlobals globals)
        : base(globals, "down")
    {
        _orphans = Flags.Bool("remove-orphans", '\0', "Remove containers of services that the files do not have");
        _images = Flags.String("rmi", '\0', "Remove images: local for those without a name of their own, or all");
        _timeout = Flags.Int("timeout", 't', "Seconds that containers have to end");
        _volumes = Flags.Bool("volumes", 'v', "Remove the project's volumes, and the anonymous ones of its containers");
    }

    public override string Usage => "[OPTIONS] [SERVICES]";

    public override string Summary => "Stop and remove the containers and networks of a project";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        if (_images.Value is not ("" or "all" or "local"))
        {
            throw new ExitException(1, $"invalid value for --rmi: \"{_images.Value}\"");
        }

        (string name, ComposeProject? project) = scope.Find([]);
        if (project is not null && arguments.FirstOrDefault(service => project.AllServices.All(one => one.Name != service)) is { } unknown)
        {
            throw new ExitException(1, $"no such service: {unknown}");
        }

        TakeAsync(scope, name, project, new()
        {
            Services = arguments,
            Images = _images.Value,
            Orphans = _orphans.Value || ComposeGlobals.IsSet("COMPOSE_REMOVE_ORPHANS"),
            Volumes = _volumes.Value,
        }, _timeout.Changed ? _timeout.Value : null).Await();
        return 0;
    }

    /// <summary>Takes a project down.</summary>
    /// <param name="scope">Where it is.</param>
    /// <param name="name">Its name.</param>
    /// <param name="project">Its files; null where they are not at hand.</param>
    /// <param name="options">What is to be taken down.</param>
    /// <param name="stopTimeout">Seconds that containers have to end; null for their own.</param>
    public static async Task TakeAsync(ComposeScope scope, string name, ComposeProject? project, RemovalOptions options, long? stopTimeout = null)
    {
        ObservedProject observed = await scope.Observer.ObserveLabelledAsync(name);
        ConvergencePlan plan = RemovalPlanner.Plan(name, project, observed, options);
        if (plan.Orphans.Count > 0 && options.Services.Count == 0)
        {
            scope.Warn($"Found orphan containers ([{string.Join(' ', plan.Orphans.Select(orphan => orphan.Name))}]) for this project. If you removed or renamed this service in your compose file, you can run this command with the --remove-orphans flag to clean it up.");
        }

        if (scope.Globals.IsDryRun)
        {
            PlanText.Print(plan, scope.Out);
            await TakeProvidedAsync();
            return;
        }

        if (plan.IsEmpty && options.Services.Count == 0)
        {
            scope.Warn("No resource found to remove");
        }

        ExecutionOptions execution = new()
        {
            Context = scope.Context,
            StopTimeout = stopTimeout,
            RemovesAnonymousVolumes = options.Volumes,
            Parallelism = scope.Globals.Parallelism,
        };
        await new PlanExecution(scope.Engine, project ?? new() { Name = name, WorkingDirectory = "" }, execution, scope.Progress.Show).RunAsync(plan, observed);
        await TakeProvidedAsync();

        Task TakeProvidedAsync() => project is null ? Task.CompletedTask : new Providers(scope, scope.Progress.Show).DownAsync(project, options.Services);
    }
}
