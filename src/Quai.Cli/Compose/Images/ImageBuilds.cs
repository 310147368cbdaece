using Quai.Bake.Plans;
using Quai.Cli.Builds;
using Quai.Cli.Builds.Bake;
using Quai.Cli.Builds.Builders;
using Quai.Cli.Builds.Progress;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Display;
using Quai.Compose.Model;

namespace Quai.Cli.Compose.Images;

/// <summary>Builds the images of services, all at the same time.</summary>
internal sealed class ImageBuilds(ComposeScope scope)
{
    /// <summary>Builds.</summary>
    /// <param name="project">The project.</param>
    /// <param name="services">The services.</param>
    /// <param name="options">How.</param>
    /// <exception cref="ExitException">A build failed.</exception>
    public void Build(ComposeProject project, IEnumerable<ComposeService> services, ImageBuildOptions options)
    {
        Dictionary<string, BakeTarget> targets = ServiceTargets.Closure(project, services).ToDictionary(service => service.Name, service => ServiceTargets.Of(project, service, options));
        if (targets.Count == 0)
        {
            return;
        }

        Dictionary<string, BuildOptions> builds = targets.ToDictionary(target => target.Key, target => TargetOptions.Of(target.Value, null) with { Load = !options.Pushes, Push = options.Pushes });
        ChosenBuilder builder = KnownBuilders.Choose(scope.Session, options.Builder);
        string mode = options.IsQuiet ? "quiet" : scope.Globals.Progress(scope.Error) switch
        {
            ProgressMode.Terminal => "tty",
            ProgressMode.Plain => "plain",
            ProgressMode.Json => "rawjson",
            _ => "quiet",
        };
        using IBuildDisplay display = BuildDisplays.Create(scope.Session, mode, builder.Name, builder.Driver, scope.Session.IsDebug);
        int code = new BuildInvocation(scope.Session, builder, "").Run(display, new BakeBuilds(new(new Dictionary<string, BakeGroup>(), targets), builds).RunAsync, outcomes =>
        {
            foreach (string name in outcomes.Keys.Order(StringComparer.Ordinal))
            {
                scope.Progress.Show(new(targets[name].Tags[0], "Built", Quai.Convergence.Execution.ConvergenceStage.Done));
            }

            return 0;
        });
        if (code != 0)
        {
            throw new ExitException(code);
        }
    }
}
