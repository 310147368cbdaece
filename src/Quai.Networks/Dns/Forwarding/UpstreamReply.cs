using Quai.Networks.Dns.Messages;

namespace Quai.Networks.Dns.Forwarding;

/// <summary>What became of asking one server.</summary>
/// <param name="Kind">How it ended.</param>
/// <param name="Answer">The answer, where there is one: the caller's to give back.</param>
internal readonly record struct UpstreamReply(UpstreamReplyKind Kind, PooledMessage Answer);
