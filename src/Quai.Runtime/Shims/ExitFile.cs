using Quai.Plans.Protocol;
using System.Globalization;

namespace Quai.Runtime.Shims;

/// <summary>The exit record that a shim leaves: "code oomKilled nanoseconds".</summary>
internal readonly struct ExitFile(string runDirectory)
{
    /// <summary>The record, or null if there is no readable one.</summary>
    public ContainerExit? Read()
    {
        string path = Path.Combine(runDirectory, ShimProtocol.ExitName);
        if (!File.Exists(path))
        {
            return null;
        }

        string[] parts = File.ReadAllText(path).Split(' ');
        return parts.Length == 3
            && int.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int code)
            && long.TryParse(parts[2].TrimEnd('\n'), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long nanoseconds)
                ? new ContainerExit(code, parts[1] == "1", DateTimeOffset.UnixEpoch.AddTicks(nanoseconds / 100))
                : null;
    }
}
