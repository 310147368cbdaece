using Quai.Api.Containers;
using Quai.Engine.Security;
using Quai.Engine.Containers.Spec;
using Quai.Errors;

namespace Quai.Engine.Containers.Requests;

/// <summary>Validates a create request's security settings. What cannot be honoured is refused: nothing is accepted and then ignored.</summary>
internal static class SecurityRules
{
    /// <summary>Refuses what cannot be honoured on this host.</summary>
    /// <exception cref="QuaiException">Names the first such setting, and what to do.</exception>
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
