using Quai.Oci.Runtime;
using Quai.Runtime.Specs;

namespace Quai.RuntimeCommand;

/// <summary>Capabilities that a config names but this kernel or runtime does not know: the container starts without them, and its caller is warned.</summary>
internal static class CapabilityWarning
{
    /// <summary>Reports which are left out, if any.</summary>
    public static void Report(Process? process)
    {
        if (process?.Capabilities is not { } sets)
        {
            return;
        }

        IReadOnlyList<string> unknown = CapabilityMask.Unknown(HostFacts.Current.LastCapability, sets.Bounding, sets.Effective, sets.Permitted, sets.Inheritable, sets.Ambient);
        if (unknown.Count > 0)
        {
            ErrorReport.Warn($"ignoring unknown or unavailable capabilities: [{string.Join(' ', unknown)}]");
        }
    }
}
