using System.Globalization;

namespace Quai.EndToEnd.Tests.Escapes.Modes;

/// <summary>Another user of the host: no root, no groups, no capabilities; what such a user runs may gain them, as by a set-user-id file.</summary>
internal static class Neighbour
{
    /// <summary>The user's number, and the group's.</summary>
    public const int Id = 65534;

    private static readonly string[] s_become =
        ["setpriv", "--reuid", Id.ToString(CultureInfo.InvariantCulture), "--regid", Id.ToString(CultureInfo.InvariantCulture), "--clear-groups", "--inh-caps=-all", "sh", "-c"];

    /// <summary>Runs a line in that user's shell.</summary>
    public static Task<CommandResult> RunAsync(string script) => RunningCommand.RunAsync("/usr/bin/env", [.. s_become, script]);

    /// <summary>Runs a line in that user's shell, in the network of a process.</summary>
    public static Task<CommandResult> RunInNetworkAsync(int pid, string script) =>
        RunningCommand.RunAsync("nsenter", ["-t", pid.ToString(CultureInfo.InvariantCulture), "-n", .. s_become, script]);

    /// <summary>Starts a line in that user's shell and leaves it running.</summary>
    public static RunningCommand Start(string script) => RunningCommand.Start("/usr/bin/env", [.. s_become, script]);

    /// <summary>What that user's line printed when it succeeded, or null.</summary>
    public static async Task<string?> TryAsync(string script)
    {
        CommandResult result = await RunAsync(script);
        return result.ExitCode == 0 ? result.Text : null;
    }

    /// <summary>Waits until a line that was started says that it holds something; false when it ends first.</summary>
    public static async Task<bool> HoldsAsync(RunningCommand command)
    {
        Task<CommandResult> end = command.WaitForExitAsync();
        bool held = false;
        await Eventually.HoldsAsync(() => (held = command.Stdout.Contains("held", StringComparison.Ordinal)) || end.IsCompleted ? null : "the neighbour neither succeeds nor fails");
        return held;
    }
}
