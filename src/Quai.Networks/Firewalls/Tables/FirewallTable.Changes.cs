using Microsoft.Extensions.Logging;
using Quai.Linux.Nftables;

namespace Quai.Networks.Firewalls.Tables;

/// <summary>Published ports of endpoints in use change, or pass from one to another.</summary>
internal sealed partial class FirewallTable
{
    /// <summary>Changes what is published of an endpoint in one transaction: what stays is not interrupted.</summary>
    public void Change(Endpoint endpoint)
    {
        lock (_lock)
        {
            PublishedElements before = _published.GetValueOrDefault(endpoint.Id) ?? PublishedElements.None;
            PublishedElements after = PublishedElements.Of(endpoint, family), added = after.Except(before), gone = before.Except(after);
            if (added.IsEmpty && gone.IsEmpty)
            {
                return;
            }

            _published[endpoint.Id] = after;
            _withdrawn.Add(gone);
            try
            {
                Commit(batch => added.AddTo(batch, table), $"change published ports of {endpoint.AddressOf(family)?.Address}");
                UdpFlows.ForgetTo(_socket, added, logger);
            }
            catch
            {
                _published[endpoint.Id] = before;
                throw;
            }
        }
    }

    /// <summary>Has ports that one endpoint had lead to another, in one transaction: at no time do they lead nowhere. Connections that there are stay with the first.</summary>
    /// <param name="from">The endpoint without them.</param>
    /// <param name="to">The endpoint with them.</param>
    public void Move(Endpoint from, Endpoint to)
    {
        lock (_lock)
        {
            PublishedElements fromBefore = _published.GetValueOrDefault(from.Id) ?? PublishedElements.None, toBefore = _published.GetValueOrDefault(to.Id) ?? PublishedElements.None;
            PublishedElements fromAfter = PublishedElements.Of(from, family), toAfter = PublishedElements.Of(to, family);
            PublishedElements gone = fromBefore.Except(fromAfter), added = toAfter.Except(toBefore);
            if (added.IsEmpty && gone.IsEmpty)
            {
                return;
            }

            // A packet that was led to the first when the transaction came is still let in there: what opens it goes afterwards.
            PublishedElements led = gone with { OpenPorts = [] }, opened = PublishedElements.None with { OpenPorts = gone.OpenPorts };
            (_published[from.Id], _published[to.Id]) = (fromAfter, toAfter);
            _withdrawn.Add(led);
            try
            {
                Commit(batch => added.AddTo(batch, table), $"move published ports to {to.AddressOf(family)?.Address}");
                UdpFlows.ForgetTo(_socket, added, logger);
            }
            catch
            {
                (_published[from.Id], _published[to.Id]) = (fromBefore, toBefore);
                _withdrawn = _withdrawn.Except(led);
                throw;
            }

            _withdrawn.Add(opened);
            _draining ??= Task.Run(Drain);
        }
    }
}
