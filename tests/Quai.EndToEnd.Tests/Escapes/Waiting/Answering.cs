using System.Diagnostics;
using Quai.EndToEnd.Tests.Escapes.Harness;

namespace Quai.EndToEnd.Tests.Escapes.Waiting;

/// <summary>Whether the engine answers within a time that is exceeded only if it waits for the attacker.</summary>
internal static class Answering
{
    /// <summary>Long beside anything the engine does of itself, on a busy machine too; where the attack is to succeed, nobody waits that long.</summary>
    public static TimeSpan Patience(Scene scene) => TimeSpan.FromSeconds(scene.IsFirstVersion ? 6 : 15);

    /// <summary>Runs a line of the client; null when it came to its end in time, however, else what the attack gained.</summary>
    public static async Task<string?> WithinAsync(Scene scene, string line)
    {
        await using RunningCommand command = scene.Docker.Start(line);
        command.CloseInput();
        var clock = Stopwatch.StartNew();
        try
        {
            await command.WaitForExitAsync(Patience(scene));
            return null;
        }
        catch (Xunit.Sdk.XunitException)
        {
            return $"'docker {line}' had no answer after {clock.Elapsed.TotalSeconds:F0} s";
        }
    }

    /// <summary>Starts a container whose program first does something to its own files, and returns when it has.</summary>
    public static async Task<string> StartedAsync(Scene scene, string script, string options = "")
    {
        string name = scene.Engine.Name();
        await scene.Docker.OkAsync($"run -d --name {name} {options} {BusyboxImage.Name} sh -c \"{script}; : >/ready; exec sleep 1000\"");
        await Eventually.HoldsAsync(async () => (await scene.Docker.RunAsync($"cp {name}:/ready -")).ExitCode == 0 ? null : $"{name} is not ready", TimeSpan.FromSeconds(40));
        return name;
    }
}
