using System.Net;
using System.Text;
using Quai.Engine.Logs.Options;
using Quai.Errors;
using Quai.Plans.Logging;
using Quai.Runtime.Logging;
using Quai.Templates;

namespace Quai.Engine.Logs.Drivers;

/// <summary>Logs to Graylog. A connection that is lost is waited for: the program waits, too, until a message's attempts have failed and it is given up.</summary>
internal static class GelfServer
{
    /// <summary>What the shim is to know of it.</summary>
    public static async Task<LogServer> BuildAsync(LogSubject subject, GelfOptions options, CancellationToken cancellation)
    {
        SortedDictionary<string, string> members = subject.Attributes(name => name.StartsWith('_') ? name : "_" + name);
        Dictionary<string, string> own = new()
        {
            ["_container_id"] = subject.FullId,
            ["_container_name"] = subject.Name,
            ["_image_id"] = subject.ImageFullId,
            ["_image_name"] = subject.ImageName,
            ["_command"] = subject.Command,
            ["_tag"] = subject.Tag("{{.ID}}"),
            ["_created"] = ApiTime.Format(subject.Created),
        };
        foreach ((string name, string value) in own)
        {
            members.TryAdd(name, value);
        }

        var head = new StringBuilder("{\"version\":\"1.1\",\"host\":");
        GoJson.AppendString(head, Environment.MachineName, escapeHtml: true);
        head.Append(",\"short_message\":\"");
        IReadOnlyList<IPEndPoint> addresses;
        string words = $"gelf: cannot connect to GELF endpoint: {options.Address.Authority(options.Address.Port)} ";
        try
        {
            addresses = await ServerAddresses.ResolveAsync(options.Address, options.Address.Scheme, cancellation).ConfigureAwait(false);
        }
        catch (QuaiException e)
        {
            throw QuaiException.System(words + e.Message, e);
        }

        return new LogServer
        {
            Target = LogTarget.Gelf,
            Network = options.IsTcp ? LogNetwork.Tcp : LogNetwork.Udp,
            Addresses = [.. addresses.Select(a => ServerAddresses.Flat(a, options.IsTcp))],
            Variant = (int)options.Compression,
            Level = options.Level,
            First = Encoding.UTF8.GetBytes(head.ToString()),
            Second = Encoding.UTF8.GetBytes("," + LogSubject.Json(members)[1..]),
            ConnectsFirst = true,
            Failure = $"{words}dial {options.Address.Scheme} {ServerAddresses.Text(addresses[^1])}: connect",
            Attempts = options.Reconnects,
            FirstWait = options.ReconnectDelay,
            LongestWait = options.ReconnectDelay,
        };
    }
}
