using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Build.Solving;

/// <summary>What a build may ask for beyond what every build may.</summary>
/// <param name="allowed">What the client has allowed, such as <c>network.host</c>.</param>
/// <param name="granted">What the daemon's settings let clients allow.</param>
internal sealed class Entitlements(IReadOnlyList<string> allowed, IReadOnlyCollection<string> granted)
{
    /// <summary>The host's network.</summary>
    public const string HostNetwork = "network.host";

    /// <summary>Steps that are not confined.</summary>
    public const string Insecure = "security.insecure";

    /// <summary>Checks a step.</summary>
    /// <exception cref="QuaiException">Kind Forbidden: it asks for what is not allowed.</exception>
    public void Check(Op op)
    {
        if (op.OpCase != Op.OpOneofCase.Exec)
        {
            return;
        }

        if (op.Exec.Network == NetMode.Host)
        {
            Check(HostNetwork);
        }

        if (op.Exec.Security == SecurityMode.Insecure)
        {
            Check(Insecure);
        }

        if (op.Exec.CdiDevices.Count > 0)
        {
            throw Refused("device");
        }
    }

    private void Check(string name)
    {
        if (!granted.Contains(name))
        {
            throw Refused(name);
        }

        if (!allowed.Contains(name))
        {
            throw new QuaiException(ErrorKind.Forbidden, $"{name} is not allowed: build with --allow {name}");
        }
    }

    private static QuaiException Refused(string name) => new(ErrorKind.Forbidden, $"granting entitlement {name} is not allowed by build daemon configuration");
}
