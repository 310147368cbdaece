using System.Globalization;
using Quai.Linux.Kernel;

namespace Quai.Daemon.Rootless;

/// <summary>A process that is recognized even if its number has been given to another since.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Started">When it was started, in the kernel's ticks since the machine was.</param>
internal sealed record KnownProcess(int Pid, ulong Started)
{
    /// <summary>Whether it is there.</summary>
    public bool IsAlive => Of(Pid) == this;

    /// <summary>A process that runs; null for one that is gone, or only waits to be reaped.</summary>
    public static KnownProcess? Of(int pid)
    {
        try
        {
            // 42 (name) S 1 …: the fields are counted from the state, the third; the start is the 22nd.
            string stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/stat"));
            string[] fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[0] is "Z" or "X" ? null : new(pid, ulong.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Reads <see cref="ToString"/>'s text; null for anything else.</summary>
    public static KnownProcess? Parse(string text) =>
        text.Split(' ') is [var pid, var started] && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
        && ulong.TryParse(started, NumberStyles.None, CultureInfo.InvariantCulture, out ulong ticks) ? new(number, ticks) : null;

    /// <summary>Kills it, and reaps it if it is this process's child.</summary>
    public void Kill()
    {
        if (IsAlive)
        {
            SystemCall.Quick(SystemCallNumber.Kill, Pid, ProcessConstants.SIGKILL);
            for (int i = 0; i < 500 && IsAlive; i++)
            {
                Thread.Sleep(2);
            }
        }

        Linux.Processes.Spawner.TryReap(Pid);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Pid} {Started}");
}
