using System.Globalization;

namespace Quai.EndToEnd.Tests.Escapes.Images;

/// <summary>
/// What a daemon has done so far, as the kernel counts it: work and not time, so that a busy machine changes nothing.
/// </summary>
/// <param name="UserSeconds">Processor time in its own code.</param>
/// <param name="BytesRead">Bytes that its reads gave it, of files and sockets.</param>
/// <param name="PeakBytes">The most memory it had at a time since <see cref="ForgetPeak"/>.</param>
public sealed record DaemonWork(double UserSeconds, long BytesRead, long PeakBytes)
{
    private const double TicksPerSecond = 100;

    /// <summary>Reads it.</summary>
    public static DaemonWork Of(int pid)
    {
        string[] stat = File.ReadAllText($"/proc/{pid}/stat").Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return new DaemonWork(
            long.Parse(stat[11], CultureInfo.InvariantCulture) / TicksPerSecond,
            Field($"/proc/{pid}/io", "rchar:"),
            Field($"/proc/{pid}/status", "VmHWM:") * 1024);
    }

    /// <summary>Restarts the measurement of peak memory, from the process's current use.</summary>
    public static void ForgetPeak(int pid) => File.WriteAllText($"/proc/{pid}/clear_refs", "5");

    /// <summary>What something made a daemon do. The peak is that beyond what it had before.</summary>
    public static async Task<DaemonWork> DuringAsync(int pid, Func<Task> action)
    {
        ForgetPeak(pid);
        DaemonWork before = Of(pid);
        await action();
        DaemonWork after = Of(pid);
        return new DaemonWork(after.UserSeconds - before.UserSeconds, after.BytesRead - before.BytesRead, after.PeakBytes - before.PeakBytes);
    }

    private static long Field(string file, string name) =>
        long.Parse(File.ReadLines(file).First(l => l.StartsWith(name, StringComparison.Ordinal))[name.Length..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
}
