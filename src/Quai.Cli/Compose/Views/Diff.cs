using Quai.Api.Containers;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Providing;
using Quai.Cli.Http;
using Quai.Client;
using Quai.Compose.Model;
using Quai.Convergence;
using Quai.Convergence.Differences;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;
using Quai.Convergence.Requests;

namespace Quai.Cli.Compose.Views;

/// <summary><c>quai compose diff</c>: what <c>up</c> would change, in the words of the files.</summary>
internal sealed class Diff : ComposeVerb
{
    private readonly Flag<bool> _exitCode;

    public Diff(ComposeGlobals globals)
        : base(globals, "diff") => _exitCode = Flags.Bool("exit-code", '\0', "End with 2 if there are differences");

    public override string Summary => "Show what up would change, in the words of the files";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ComposeProject project = scope.Load(arguments, makes: true);
        project = new Providers(scope, scope.Progress.Show).AssumedAsync(project).Await();
        ObservedProject observed = scope.Observer.ObserveAsync(project).Await();
        ConvergencePlan plan = ConvergencePlanner.Plan(project, observed, new() { Services = arguments });
        List<string> lines = [];
        foreach (PlanStep step in plan.Steps)
        {
            switch (step.Action)
            {
                case StepAction.CreateNetwork or StepAction.CreateVolume or StepAction.CreateContainer:
                    lines.Add($"+ {Kind(step.Action)} {step.Name}");
                    break;
                case StepAction.RemoveNetwork or StepAction.RemoveVolume or StepAction.RemoveContainer:
                    lines.Add($"- {Kind(step.Action)} {step.Name}: {step.Reason}");
                    break;
                case StepAction.RecreateContainer or StepAction.UpdateStartFirst or StepAction.UpdateStopFirst:
                    lines.Add($"~ container {step.Name}: {step.Reason}");
                    lines.AddRange(Differences(scope, project, observed, step).Select(Line));
                    break;
                case StepAction.StartContainer when step.Container is { } container && plan.Steps.All(other => other.Action != StepAction.RecreateContainer || other.Name != step.Name):
                    lines.Add($"~ container {step.Name}: it is {(container.IsRunning ? "restarted" : "started")}, as {step.Reason}");
                    break;
            }
        }

        lines.AddRange(plan.DivergedVolumes.Select(key => $"! volume {project.Volumes[key].Name}: its configuration has changed; it is kept unless up is told --yes"));
        lines.AddRange(plan.Orphans.Select(orphan => $"! container {orphan.Name}: the files do not have its service; up removes it if it is told --remove-orphans"));
        scope.Out.WriteRows(lines);
        return lines.Count > 0 && _exitCode.Value ? 2 : 0;
    }

    private static string Kind(StepAction action) => action switch
    {
        StepAction.CreateNetwork or StepAction.RemoveNetwork => "network",
        StepAction.CreateVolume or StepAction.RemoveVolume => "volume",
        _ => "container",
    };

    private static IReadOnlyList<ServiceDifference> Differences(ComposeScope scope, ComposeProject project, ObservedProject observed, PlanStep step)
    {
        ContainerInspect actual = scope.Engine.Containers.InspectAsync(step.Container!.Id).Await();
        ContainerConfig? image = null;
        try
        {
            image = scope.Engine.Images.InspectAsync(actual.Image).Await().Config;
        }
        catch (DaemonException e) when (e.Status == 404)
        {
            // The image has been removed meanwhile: what came from it cannot be told from what came from the service.
        }

        // What is shared with a container that is yet to be made keeps the words of the files.
        ComposeService service = project.Services[step.Key];
        ComposeService resolved = ServiceReferences.Resolve(service, other => observed.Of(other) is [{ } first, ..] ? first.Id : $"service:{other}");
        ContainerOrder order = new(resolved, step.Number)
        {
            Image = observed.Images.GetValueOrDefault(ServiceScale.ImageOf(project, service)),
            Replaced = step.Container,
            Links = ServiceLinks.Of(project, service, step.Number, other => [.. observed.Of(other).Select(one => one.Name)]),
        };
        return ContainerDifferences.Of(actual, ContainerRequests.Of(project, order, scope.Context), image);
    }

    private static string Line(ServiceDifference difference) => difference switch
    {
        { Before: null, After: { Length: > 0 } after } => $"    + {difference.Key}: {after}",
        { Before: null } => $"    + {difference.Key}",
        { After: null, Before: { Length: > 0 } before } => $"    - {difference.Key}: {before}",
        { After: null } => $"    - {difference.Key}",
        _ => $"    ~ {difference.Key}: {difference.Before} -> {difference.After}",
    };
}
