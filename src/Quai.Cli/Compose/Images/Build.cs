using Quai.Bake.Plans;
using Quai.Bake.Printing;
using Quai.Cli.CommandLine;
using Quai.Compose.Model;

namespace Quai.Cli.Compose.Images;

/// <summary><c>quai compose build</c>.</summary>
internal sealed class Build : ComposeVerb
{
    private readonly ListFlag<string> _arguments;
    private readonly Flag<string> _builder, _provenance, _sbom, _ssh;
    private readonly Flag<bool> _check, _dependencies, _noCache, _print, _pull, _push, _quiet;

    public Build(ComposeGlobals globals)
        : base(globals, "build")
    {
        _arguments = Flags.List("build-arg", '\0', "Set variables of builds", type: "stringArray");
        _builder = Flags.String("builder", '\0', "Use this builder");
        _check = Flags.Bool("check", '\0', "Check the files of builds instead of building");
        _noCache = Flags.Bool("no-cache", '\0', "Take nothing from the cache");
        _print = Flags.Bool("print", '\0', "Print the equivalent bake file");
        _provenance = Flags.String("provenance", '\0', "Attest how the images came to be (true, false, mode=max)");
        _pull = Flags.Bool("pull", '\0', "Look up base images in their registries");
        _push = Flags.Bool("push", '\0', "Push the images");
        _quiet = Flags.Bool("quiet", 'q', "Show nothing");
        _sbom = Flags.String("sbom", '\0', "Attest which packages the images have (true, false)");
        _ssh = Flags.String("ssh", '\0', "Give the builds an agent of ssh (default, id=socket or id=key)");
        _dependencies = Flags.Bool("with-dependencies", '\0', "Build what the services depend on, too");
    }

    public override string Summary => "Build the images of services";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ComposeProject project = scope.Load(arguments);
        ImageBuildOptions options = new() { Arguments = _arguments.Values, Builder = _builder.Value, NoCache = _noCache.Value, Pulls = _pull.Value, Pushes = _push.Value, IsQuiet = _quiet.Value, IsChecked = _check.Value, Provenance = _provenance.Value, Sbom = _sbom.Value, Ssh = _ssh.Value };
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
            scope.Out.WriteRows(services.Select(service => $"{(_check.Value ? "check" : "build")} image {Quai.Convergence.ServiceScale.ImageOf(project, service)}"));
            return 0;
        }

        return new ImageBuilds(scope).Build(project, services, options);
    }
}
