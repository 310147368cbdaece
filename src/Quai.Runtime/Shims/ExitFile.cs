using System.Globalization;

namespace Quai.Runtime.Shims;

/// <summary>The exit record that a shim leaves: "code oomKilled nanoseconds".</summary>
internal readonly struct ExitFile(string runDirectory)
{
    /// <summary>The record, or null when there is none.</summary>
    public ContainerExit? Read()
    {
        string path = Path.Combine(runDirectory, ShimProtocol.ExitName);
        if (!File.Exists(path))
        {
            return null;
        }

        string[] parts = File.ReadAllText(path).Split(' ');
        long nanoseconds = long.Parse(parts[2], CultureInfo.InvariantCulture);
        return new ContainerExit(int.Parse(parts[0], CultureInfo.InvariantCulture), parts[1] == "1", DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100));
    }
}
