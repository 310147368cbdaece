using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Lifecycle;
using Quai.Cli.Compose.Providing;
using Quai.Cli.Http;
using Quai.Compose.Model;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose plan</c>: what <c>up</c> would do, and why.</summary>
internal sealed class Plan : ComposeVerb
{
    private readonly UpFlags _flags;
    private readonly Flag<bool> _exitCode, _noDependencies;

    public Plan(ComposeGlobals globals)
        : base(globals, "plan")
    {
        _flags = new UpFlags(Flags);
        _exitCode = Flags.Bool("exit-code", '\0', "End with 2 if there is something to do");
        _noDependencies = Flags.Bool("no-deps", '\0', "Leave alone what the services depend on");
    }

    public override string Summary => "Print what up would do, and why";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ComposeProject project = scope.Load(arguments, makes: true);
        project = _flags.Scaled(_noDependencies.Value ? UpFlags.WithoutDependencies(project, arguments) : project);
        string[] provided = [.. Providers.Sentences(project)];
        project = new Providers(scope, scope.Progress.Show).AssumedAsync(project).Await();
        ObservedProject observed = scope.Observer.ObserveAsync(project).Await();
        ConvergencePlan plan = ConvergencePlanner.Plan(project, observed, _flags.Plan(arguments));
        foreach (string warning in plan.Warnings)
        {
            scope.Warn(warning);
        }

        foreach (string volume in plan.DivergedVolumes)
        {
            scope.Warn($"volume \"{volume}\" is not as the files describe it; up keeps it unless --yes is given");
        }

        scope.Out.WriteRows(provided);
        PlanText.Print(plan, scope.Out);
        return _exitCode.Value && !plan.IsEmpty ? 2 : 0;
    }
}
