using Quai.Cli.CommandLine;
using Quai.Cli.Http;
using Quai.Compose.Model;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary><c>quai compose scale</c>.</summary>
internal sealed class Scale : ComposeVerb
{
    private readonly Flag<bool> _noDependencies;

    public Scale(ComposeGlobals globals)
        : base(globals, "scale") => _noDependencies = Flags.Bool("no-deps", '\0', "Leave alone what the services depend on");

    public override string Usage => "[OPTIONS] SERVICE=NUMBER...";

    public override string Summary => "Change how many containers services have";

    public override ArgumentCount Arguments => ArgumentCount.AtLeast(1);

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        List<string> services = [.. arguments.Select(argument => argument.Split('=')[0])];
        ComposeProject project = UpFlags.Scaled(scope.Load(services, makes: true), arguments);
        new BringUp(scope).RunAsync(_noDependencies.Value ? UpFlags.WithoutDependencies(project, services) : project, new()
        {
            Plan = new() { Services = services, Recreate = RecreatePolicy.Never, RecreateDependencies = RecreatePolicy.Never },
        }).Await();
        return 0;
    }
}
