using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Build.Solving;

/// <summary>What a build may ask for beyond what every build may.</summary>
/// <param name="allowed">What the client has allowed, such as <c>network.host</c>.</param>
internal sealed class Entitlements(IReadOnlyList<string> allowed)
{
    /// <summary>Checks a step.</summary>
    /// <exception cref="QuaiException">Kind Forbidden: it asks for what is not allowed.</exception>
    public void Check(Op op)
    {
        if (op.OpCase != Op.OpOneofCase.Exec)
        {
            return;
        }

        if (op.Exec.Network == NetMode.Host && !allowed.Contains("network.host"))
        {
            throw Refused("network.host");
        }

        // Whatever the client says: a step that is not confined is a matter of the daemon's settings.
        if (op.Exec.Security == SecurityMode.Insecure)
        {
            throw Refused("security.insecure");
        }

        if (op.Exec.CdiDevices.Count > 0)
        {
            throw Refused("device");
        }
    }

    private static QuaiException Refused(string name) => new(ErrorKind.Forbidden, $"granting entitlement {name} is not allowed by build daemon configuration");
}
