using System.Net;
using System.Net.Sockets;
using Quai.Errors;
using Quai.Linux.Netlink;

namespace Quai.Networks.Sandboxes;

/// <summary>What an endpoint's request asks of its interface beyond what its network has: the same for all drivers.</summary>
internal static class EndpointExtras
{
    private const string Name = "IFNAME";

    /// <summary>Adds it to the setup of the interface.</summary>
    /// <param name="setup">The setup that the network gives it.</param>
    /// <param name="at">The interface.</param>
    /// <param name="link">The host's name for it.</param>
    /// <param name="request">What is asked for.</param>
    /// <exception cref="QuaiException">The kernel has no such setting.</exception>
    public static SandboxSetup Add(SandboxSetup setup, SandboxInterface at, string link, EndpointRequest request)
    {
        if (request.LinkLocal.Count > 0)
        {
            setup = setup with { Messages = [.. setup.Messages, .. request.LinkLocal.Select(a => AddressOf(at, a))] };
        }

        if (request.Settings.Count > 0)
        {
            Dictionary<string, string> settings = new(setup.Settings);
            foreach ((string setting, string value) in request.Settings)
            {
                // Each interface has the same ones.
                if (!File.Exists(SandboxExecutor.PathOf(setting.Replace(Name, "lo", StringComparison.Ordinal))))
                {
                    throw QuaiException.Invalid($"failed to add interface {link} to sandbox: {SandboxExecutor.PathOf(setting.Replace(Name, at.Name, StringComparison.Ordinal))} is not a sysctl file");
                }

                settings[setting.Replace(Name, at.Name, StringComparison.Ordinal)] = value;
            }

            setup = setup with { Settings = settings };
        }

        return setup;
    }

    private static SandboxMessage AddressOf(SandboxInterface at, IPAddress address)
    {
        int prefix = address.AddressFamily == AddressFamily.InterNetwork ? 16 : 64;
        using var writer = new NetlinkWriter();
        Addresses.WriteAdd(writer, at.Index, address, prefix);
        return new SandboxMessage(InHost: false, writer.Written.ToArray(), -1, $"add address {address}/{prefix} to {at.Name}");
    }
}
