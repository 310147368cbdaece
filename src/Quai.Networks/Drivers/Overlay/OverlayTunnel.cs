using System.Net;
using Quai.Errors;

namespace Quai.Networks.Drivers.Overlay;

/// <summary>The tunnel of one network that is there on this host: to which hosts it leads, and by which keys. Safe for concurrent use.</summary>
/// <param name="settings">What the network is like.</param>
/// <param name="index">The tunnel's interface.</param>
/// <param name="device">Tunnels' interfaces in the kernel.</param>
/// <param name="security">Encryption in the kernel.</param>
/// <param name="keys">The network's keys; null where it has none, or none yet.</param>
internal sealed class OverlayTunnel(OverlaySettings settings, int index, VxlanDevice device, TunnelSecurity security, OverlayKeys? keys)
{
    private readonly Lock _lock = new();
    private OverlayKeys? _keys = keys;

    /// <summary>What the network is like.</summary>
    public OverlaySettings Settings => settings;

    /// <summary>The other hosts.</summary>
    public IReadOnlyList<IPAddress> Peers
    {
        get
        {
            lock (_lock)
            {
                return device.Peers(index);
            }
        }
    }

    /// <summary>Leads to exactly these hosts.</summary>
    public void SetPeers(IReadOnlyList<IPAddress> peers)
    {
        foreach (IPAddress gone in Peers.Except(peers))
        {
            RemovePeer(gone);
        }

        lock (_lock)
        {
            // What is there already is sent to, too: its states may be missing.
            Secure(peers);
            foreach (IPAddress peer in peers)
            {
                device.AddPeer(index, peer);
            }
        }
    }

    /// <inheritdoc cref="IOverlayNetworks.AddPeer"/>
    public void AddPeer(IPAddress peer)
    {
        OverlayOptions.CheckPeer(peer, settings.Local);
        lock (_lock)
        {
            if (settings.Encrypted && _keys is null)
            {
                throw QuaiException.System($"host {peer} cannot be added to an encrypted network that has no keys yet");
            }

            Secure([.. device.Peers(index).Append(peer).Distinct()]);
            device.AddPeer(index, peer);
        }
    }

    /// <inheritdoc cref="IOverlayNetworks.RemovePeer"/>
    public void RemovePeer(IPAddress peer)
    {
        lock (_lock)
        {
            device.RemovePeer(index, peer);
            Secure(device.Peers(index));
        }
    }

    /// <inheritdoc cref="IOverlayNetworks.AddEndpoint"/>
    public void AddEndpoint(OverlayEndpoint endpoint)
    {
        lock (_lock)
        {
            if (!device.Peers(index).Contains(endpoint.Host))
            {
                throw QuaiException.Invalid($"{endpoint.MacAddress} cannot be on host {endpoint.Host}, which is none of the network's");
            }

            device.AddEndpoint(index, endpoint);
        }
    }

    /// <inheritdoc cref="IOverlayNetworks.RemoveEndpoint"/>
    public void RemoveEndpoint(OverlayEndpoint endpoint)
    {
        lock (_lock)
        {
            device.RemoveEndpoint(index, endpoint);
        }
    }

    /// <inheritdoc cref="IOverlayNetworks.SetKeys"/>
    public void SetKeys(OverlayKeys keys)
    {
        if (!settings.Encrypted)
        {
            throw QuaiException.Invalid($"network number {settings.Id} is not encrypted and takes no keys");
        }

        if (settings.KeyFile is { } file)
        {
            throw QuaiException.Invalid($"network number {settings.Id} has its key from {file} and takes no other");
        }

        lock (_lock)
        {
            security.Apply(settings, device.Peers(index), keys);
            _keys = keys;
        }
    }

    /// <summary>Has what was used up of the encryption renewed.</summary>
    public void Renew()
    {
        lock (_lock)
        {
            if (_keys is { } keys)
            {
                security.Renew(settings, device.Peers(index), keys);
            }
        }
    }

    private void Secure(IReadOnlyCollection<IPAddress> peers)
    {
        if (_keys is { } keys)
        {
            security.Apply(settings, peers, keys);
        }
    }
}
