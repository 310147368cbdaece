using Quai.BuildProtocol.Llb;
using Quai.Cdi;
using Quai.Errors;

namespace Quai.Build.Solving;

/// <summary>What a build may ask for beyond what every build may.</summary>
/// <param name="allowed">What the client has allowed, such as <c>network.host</c>.</param>
/// <param name="granted">What the daemon's settings let clients allow.</param>
/// <param name="devices">The devices that there are.</param>
internal sealed class Entitlements(IReadOnlyList<string> allowed, IReadOnlyCollection<string> granted, DeviceCatalog devices)
{
    /// <summary>The host's network.</summary>
    public const string HostNetwork = "network.host";

    /// <summary>Steps that are not confined.</summary>
    public const string Insecure = "security.insecure";

    private const string Device = "device";

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

        foreach (CDIDevice device in op.Exec.CdiDevices)
        {
            Check(device);
        }
    }

    // The client may allow all devices, or some by what a step asks for. Some are for everybody.
    private void Check(CDIDevice device)
    {
        if (allowed.Contains($"{Device}={device.Name}") || DevicesOf(devices, device).All(d => d.IsAllowedToBuilds || allowed.Contains($"{Device}={d.FullName}")))
        {
            if (!granted.Contains(Device) && !DevicesOf(devices, device).All(d => d.IsAllowedToBuilds))
            {
                throw Refused(Device);
            }

            return;
        }

        Check(Device);
    }

    /// <summary>The devices that a step has of those that it asks for.</summary>
    /// <exception cref="QuaiException">Kind NotFound: there is none, and the step needs it.</exception>
    public static IReadOnlyList<NamedDevice> DevicesOf(DeviceCatalog devices, CDIDevice asked)
    {
        try
        {
            return devices.Find(asked.Name);
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound && asked.Optional)
        {
            return [];
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
