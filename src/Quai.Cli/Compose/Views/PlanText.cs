using System.Text;
using Quai.Cli.Streams;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Views;

/// <summary>A plan as text: a line for each step, and why it is done.</summary>
internal static class PlanText
{
    /// <summary>Prints a plan.</summary>
    public static void Print(ConvergencePlan plan, Output output)
    {
        if (plan.IsEmpty)
        {
            output.WriteLine("Nothing is to be changed.");
        }

        foreach (PlanStep step in plan.Steps)
        {
            StringBuilder line = new($"{step.Id + 1,3}. {Words(step.Action)} {step.Name}");
            line.Append(step.Reason.Length > 0 ? $": {step.Reason}" : "");
            line.Append(step.After.Count > 0 ? $" (after {string.Join(", ", step.After.Select(id => id + 1))})" : "");
            output.WriteRows(line.ToString());
        }
    }

    /// <summary>What an action is called.</summary>
    public static string Words(StepAction action) => action switch
    {
        StepAction.CreateNetwork => "create network",
        StepAction.RemoveNetwork => "remove network",
        StepAction.CreateVolume => "create volume",
        StepAction.RemoveVolume => "remove volume",
        StepAction.CreateContainer => "create container",
        StepAction.RecreateContainer => "recreate container",
        StepAction.UpdateStartFirst => "update start-first container",
        StepAction.UpdateStopFirst => "update stop-first container",
        StepAction.RenameContainer => "rename container to",
        StepAction.StartContainer => "start container",
        StepAction.KeepContainer => "keep container",
        StepAction.StopContainer => "stop container",
        StepAction.RemoveContainer => "remove container",
        StepAction.WaitRunning => "wait until it runs: service",
        StepAction.WaitHealthy => "wait until it is healthy: service",
        StepAction.WaitCompleted => "wait until it has completed: service",
        _ => "remove image",
    };
}
