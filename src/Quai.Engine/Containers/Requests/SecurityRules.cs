using Quai.Api.Containers;
using Quai.Engine.Security;
using Quai.Engine.Containers.Spec;
using Quai.Errors;

namespace Quai.Engine.Containers.Requests;

/// <summary>What a create request asks for its container's security. What cannot be kept is refused: nothing is taken and then left out.</summary>
internal static class SecurityRules
{
    /// <summary>Refuses what cannot be kept on this host.</summary>
    /// <exception cref="QuaiException">The first such setting, and what to do.</exception>
    public static void Check(HostConfig host, AppArmor appArmor)
    {
        var wanted = new SecuritySpec { Privileged = host.Privileged, Written = host.SecurityOpt };
        SecurityOptions security = wanted.Options();
        if (security.SeccompProfile is not (null or "" or "builtin" or "unconfined"))
        {
            SeccompProfileFile.Check(security.SeccompProfile);
        }

        _ = appArmor.ProfileOf(wanted);
        if (host.KernelMemoryTCP > 0)
        {
            throw QuaiException.Invalid("KernelMemoryTCP cannot be kept: a limit of memory for TCP alone is not available in this version of Quai; use Memory, which counts it in");
        }
    }
}
