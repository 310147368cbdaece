using Quai.Bake.Plans;
using Quai.Cli.Builds;
using Quai.Cli.Builds.Bake;
using Quai.Cli.Builds.Builders;
using Quai.Cli.Builds.Options;
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
    /// <returns>The exit code: not 0 where the files are only checked, and something is wrong.</returns>
    /// <exception cref="ExitException">A build failed.</exception>
    public int Build(ComposeProject project, IEnumerable<ComposeService> services, ImageBuildOptions options)
    {
        Dictionary<string, BakeTarget> targets = ServiceTargets.Closure(project, services).ToDictionary(service => service.Name, service => ServiceTargets.Of(project, service, options));
        if (targets.Count == 0)
        {
            return 0;
        }

        Dictionary<string, BuildOptions> builds = targets.ToDictionary(target => target.Key, target => TargetOptions.Of(target.Value, options.IsChecked ? CallOption.Parse("check") : null) with { Load = !options.Pushes && !options.IsChecked, Push = options.Pushes && !options.IsChecked });
        ChosenBuilder builder = KnownBuilders.Choose(scope.Session, options.Builder);
        string mode = options.IsQuiet ? "quiet" : scope.Globals.Progress(scope.Error) switch
        {
            ProgressMode.Terminal => "tty",
            ProgressMode.Plain => "plain",
            ProgressMode.Json => "rawjson",
            _ => "quiet",
        };
        using IBuildDisplay display = BuildDisplays.Create(scope.Session, mode, builder.Name, builder.Driver, scope.Session.IsDebug);
        BakePlan plan = new(new Dictionary<string, BakeGroup>(), targets);
        int code = new BuildInvocation(scope.Session, builder, "").Run(display, new BakeBuilds(plan, builds).RunAsync, outcomes =>
        {
            if (options.IsChecked)
            {
                return BakeAnswers.Print(scope.Session, plan, builds.ToDictionary(b => b.Key, b => b.Value.Call), outcomes);
            }

            foreach (string name in outcomes.Keys.Order(StringComparer.Ordinal))
            {
                scope.Progress.Show(new(targets[name].Tags[0], "Built", Quai.Convergence.Execution.ConvergenceStage.Done));
            }

            return 0;
        });
        return code == 0 || options.IsChecked ? code : throw new ExitException(code);
    }
}
