using Quai.Bake.Plans;
using Quai.Bake.Printing;
using Quai.Cli.CommandLine;
using Quai.Compose.Model;

namespace Quai.Cli.Compose.Images;

/// <summary><c>quai compose build</c>.</summary>
internal sealed class Build : ComposeVerb
{
    private readonly ListFlag<string> _arguments;
    private readonly Flag<string> _builder;
    private readonly Flag<bool> _dependencies, _noCache, _print, _pull, _push, _quiet;

    public Build(ComposeGlobals globals)
        : base(globals, "build")
    {
        _arguments = Flags.List("build-arg", '\0', "Set variables of builds", type: "stringArray");
        _builder = Flags.String("builder", '\0', "Use this builder");
        _noCache = Flags.Bool("no-cache", '\0', "Take nothing from the cache");
        _print = Flags.Bool("print", '\0', "Print the equivalent bake file");
        _pull = Flags.Bool("pull", '\0', "Look up base images in their registries");
        _push = Flags.Bool("push", '\0', "Push the images");
        _quiet = Flags.Bool("quiet", 'q', "Show nothing");
        _dependencies = Flags.Bool("with-dependencies", '\0', "Build what the services depend on, too");
    }

    public override string Summary => "Build the images of services";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ComposeProject project = scope.Load(arguments);
        ImageBuildOptions options = new() { Arguments = _arguments.Values, Builder = _builder.Value, NoCache = _noCache.Value, Pulls = _pull.Value, Pushes = _push.Value, IsQuiet = _quiet.Value };
        ComposeService[] services = [.. project.Services.Values.Where(service => service.Build is not null && (arguments.Count == 0 || _dependencies.Value || arguments.Contains(service.Name))).OrderBy(service => service.Name, StringComparer.Ordinal)];
        if (_print.Value)
        {
            BakePlan plan = new(new Dictionary<string, BakeGroup>(), ServiceTargets.Closure(project, services).ToDictionary(service => service.Name, service => ServiceTargets.Of(project, service, options)));
            scope.Out.WriteLine(PlanPrinter.Print(plan));
            return 0;
        }

        if (services.Length == 0)
        {
            scope.Warn("No services to build");
            return 0;
        }

        if (scope.Globals.IsDryRun)
        {
            scope.Out.WriteRows(services.Select(service => $"build image {Quai.Convergence.ServiceScale.ImageOf(project, service)}"));
            return 0;
        }

        new ImageBuilds(scope).Build(project, services, options);
        return 0;
    }
}
