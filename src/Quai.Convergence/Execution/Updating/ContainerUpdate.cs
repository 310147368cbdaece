using Quai.Client;
using Quai.Convergence.Observing;
using Quai.Convergence.Planning;

namespace Quai.Convergence.Execution.Updating;

/// <summary>Has a new container take the place of one that there is, and gives it back if the new one is no good.</summary>
/// <param name="engine">The engine.</param>
/// <param name="steps">Makes, starts and stops containers.</param>
/// <param name="waits">Waits until they are ready.</param>
/// <param name="report">Gets what happens.</param>
internal sealed class ContainerUpdate(EngineClient engine, ContainerSteps steps, ServiceWaits waits, Action<ConvergenceEvent> report)
{
    // Connections that are just being opened when the ports pass are still accepted by the old one: it is not asked to end before it has.
    private static readonly TimeSpan s_drain = TimeSpan.FromSeconds(1);

    /// <summary>Replaces a container. The old one is stopped in the end, and still there, by another name.</summary>
    /// <param name="step">What is to be replaced.</param>
    /// <param name="monitor">How long the new one is watched.</param>
    /// <param name="restores">Whether the old one comes back if the new one fails; one that was never stopped does in any case.</param>
    /// <param name="cancellation">Ends the update.</param>
    /// <returns>The new one's id.</returns>
    /// <exception cref="ConvergenceException">The new one is no good.</exception>
    public async Task<string> RunAsync(PlanStep step, TimeSpan monitor, bool restores, CancellationToken cancellation)
    {
        ObservedContainer old = step.Container!;
        string id = await steps.MakeAsync(step, old.FreeInterimName(step.Name), old, cancellation);
        if (step.Action == StepAction.UpdateStartFirst && await TryStartFirstAsync(step, id, monitor, cancellation))
        {
            return id;
        }

        await StopFirstAsync(step, id, monitor, restores, cancellation);
        return id;
    }

    /// <summary>Gives the place back to a container that had been replaced, whose end has come meanwhile.</summary>
    public async Task RestoreAsync(PlanStep step, string id)
    {
        ObservedContainer old = step.Container!;
        if (step.Action == StepAction.UpdateStartFirst)
        {
            await engine.Containers.StartBesideAsync(old.Id);
            await waits.ReadyAsync(old.Id, step.Name, CancellationToken.None);
            await engine.Containers.SucceedAsync(old.Id, id);
            await Task.Delay(s_drain);
            await RemoveAsync(id);
            return;
        }

        await RemoveAsync(id);
        await engine.Containers.RenameAsync(old.Id, step.Name);
        await engine.Containers.StartAsync(old.Id);
    }

    /// <summary>Removes a container that has been replaced.</summary>
    public Task RemoveOldAsync(PlanStep step) => engine.Containers.RemoveAsync(step.Container!.Id, force: true, volumes: !steps.InheritsVolumes);

    /// <returns>False where the engine cannot; the new container is made and not started then.</returns>
    private async Task<bool> TryStartFirstAsync(PlanStep step, string id, TimeSpan monitor, CancellationToken cancellation)
    {
        ObservedContainer old = step.Container!;
        bool taken = false;
        try
        {
            await steps.StartAsync(step, id, engine.Containers.StartBesideAsync, cancellation);
            await waits.ReadyAsync(id, step.Name, cancellation);
            await engine.Containers.SucceedAsync(id, old.Id, cancellation);
            taken = true;
            Report(step, "Taken over", ConvergenceStage.Working);
            await waits.StaysAsync(id, step.Name, monitor, cancellation);
        }
        catch (DaemonException e) when (!taken && e.Status == 404 && e.Message.Contains("page not found", StringComparison.Ordinal))
        {
            report(new($"Container {step.Name}", "Warning", ConvergenceStage.Warning, "this engine cannot start a container beside another: it is updated stop-first"));
            return false;
        }
        catch (Exception e) when (e is DaemonException or ConvergenceException or OperationCanceledException)
        {
            string output = await LastOutputAsync(id);
            if (taken)
            {
                await engine.Containers.SucceedAsync(old.Id, id, CancellationToken.None);
                await Task.Delay(s_drain, CancellationToken.None);
            }

            await RemoveAsync(id);
            throw e is OperationCanceledException ? e : new ConvergenceException($"{e.Message}; the old container was not stopped, and stays{output}", e);
        }

        await Task.Delay(s_drain, cancellation);
        await steps.StopAsync(step.Key, old, cancellation);
        return true;
    }

    private async Task StopFirstAsync(PlanStep step, string id, TimeSpan monitor, bool restores, CancellationToken cancellation)
    {
        ObservedContainer old = step.Container!;
        await steps.StopAsync(step.Key, old, cancellation);
        await engine.Containers.RenameAsync(old.Id, $"{id[..12]}_{step.Name}", cancellation);
        await engine.Containers.RenameAsync(id, step.Name, cancellation);
        try
        {
            await steps.StartAsync(step, id, engine.Containers.StartAsync, cancellation);
            await waits.ReadyAsync(id, step.Name, cancellation);
            await waits.StaysAsync(id, step.Name, monitor, cancellation);
        }
        catch (Exception e) when (e is DaemonException or ConvergenceException && restores)
        {
            string output = await LastOutputAsync(id);
            await RemoveAsync(id);
            await engine.Containers.RenameAsync(old.Id, step.Name, CancellationToken.None);
            await engine.Containers.StartAsync(old.Id, CancellationToken.None);
            throw new ConvergenceException($"{e.Message}; the old container runs again{output}", e);
        }
        catch (Exception e) when (e is DaemonException or ConvergenceException)
        {
            await RemoveOldAsync(step);
            throw;
        }
    }

    private Task RemoveAsync(string id) => engine.Containers.RemoveAsync(id, force: true, volumes: !steps.InheritsVolumes);

    private void Report(PlanStep step, string text, ConvergenceStage stage) => report(new($"Container {step.Name}", text, stage));

    private async Task<string> LastOutputAsync(string id)
    {
        try
        {
            await using Client.Transport.ResponseStream logs = await engine.Containers.LogsAsync(id, new() { Tail = "5" });
            using MemoryStream text = new();
            byte[] frames = await logs.ReadAllAsync(CancellationToken.None);
            int at = 0;
            Client.Streams.StdCopy.Copy(
                buffer =>
                {
                    int length = Math.Min(buffer.Length, frames.Length - at);
                    frames.AsSpan(at, length).CopyTo(buffer);
                    at += length;
                    return length;
                },
                text,
                text);
            return string.Concat(System.Text.Encoding.UTF8.GetString(text.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => $"\n  | {line}"));
        }
        catch (Exception e) when (e is DaemonException or IOException or ConnectionException)
        {
            // It is only said beside what failed; a terminal's output, which has no frames, is left out, too.
            return "";
        }
    }
}
