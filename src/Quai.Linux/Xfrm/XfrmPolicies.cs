using System.Runtime.InteropServices;
using Quai.Linux.Netlink;
using static Quai.Linux.Netlink.NetlinkConstants;
using static Quai.Linux.Xfrm.XfrmStructures;

namespace Quai.Linux.Xfrm;

/// <summary>NETLINK_XFRM requests about what is sent encrypted.</summary>
public static class XfrmPolicies
{
    /// <summary>Adds a policy, or puts it in the place of that for the same packets.</summary>
    public static void WriteSet(NetlinkWriter writer, XfrmPolicy policy)
    {
        ushort family = FamilyOf(policy.Source);
        writer.Begin(XFRM_MSG_UPDPOLICY, NLM_F_ACK);
        writer.Put(new PolicyInfo { Selector = Selector.Of(policy.Source, policy.Destination, policy.Port), Limits = Limits.None, Direction = XFRM_POLICY_OUT, Action = XFRM_POLICY_ALLOW });
        Span<Template> template =
        [
            new Template
            {
                Id = new Id { Destination = Address.Of(policy.Destination), SpiBigEndian = BigEndian(policy.Spi), Protocol = IPPROTO_ESP },
                Family = family,
                Source = Address.Of(policy.Source),
                RequestId = policy.RequestId,
                Mode = XFRM_MODE_TRANSPORT,
                AuthenticationAlgorithms = uint.MaxValue,
                EncryptionAlgorithms = uint.MaxValue,
                CompressionAlgorithms = uint.MaxValue,
            },
        ];
        writer.Bytes(XFRMA_TMPL, MemoryMarshal.AsBytes(template));
        WriteMark(writer, policy);
        writer.End();
    }

    /// <summary>Deletes the policy for the same packets; the kernel answers ENOENT if there is none.</summary>
    public static void WriteDelete(NetlinkWriter writer, XfrmPolicy policy)
    {
        writer.Begin(XFRM_MSG_DELPOLICY, NLM_F_ACK);
        writer.Put(new PolicyId { Selector = Selector.Of(policy.Source, policy.Destination, policy.Port), Direction = XFRM_POLICY_OUT });
        WriteMark(writer, policy);
        writer.End();
    }

    /// <summary>The policies of the socket's namespace that are such as <see cref="WriteSet"/> makes.</summary>
    public static List<XfrmPolicy> List(NetlinkSocket socket)
    {
        using var writer = new NetlinkWriter();
        writer.Begin(XFRM_MSG_GETPOLICY, NLM_F_DUMP);
        writer.End();
        List<XfrmPolicy> policies = [];
        socket.Dump(
            writer.Written,
            (_, payload) =>
            {
                PolicyInfo info = MemoryMarshal.Read<PolicyInfo>(payload);
                if (info.Direction != XFRM_POLICY_OUT || info.Selector.Protocol != IPPROTO_UDP || info.Selector.Family is not (AF_INET or AF_INET6))
                {
                    return;
                }

                Mark mark = default;
                Template template = default;
                var attributes = new NetlinkAttributes(payload[Marshal.SizeOf<PolicyInfo>()..]);
                while (attributes.Next())
                {
                    switch (attributes.Type)
                    {
                        case XFRMA_MARK:
                            mark = MemoryMarshal.Read<Mark>(attributes.Value);
                            break;
                        case XFRMA_TMPL:
                            template = MemoryMarshal.Read<Template>(attributes.Value);
                            break;
                    }
                }

                if (mark.Mask == uint.MaxValue)
                {
                    policies.Add(new XfrmPolicy(
                        info.Selector.Source.ToAddress(info.Selector.Family), info.Selector.Destination.ToAddress(info.Selector.Family), BigEndian(info.Selector.DestinationPortBigEndian), mark.Value)
                    {
                        RequestId = template.RequestId,
                        Spi = BigEndian(template.Id.SpiBigEndian),
                    });
                }
            },
            "list IPsec policies");
        return policies;
    }

    private static void WriteMark(NetlinkWriter writer, XfrmPolicy policy)
    {
        Span<Mark> mark = [new Mark { Value = policy.Mark, Mask = uint.MaxValue }];
        writer.Bytes(XFRMA_MARK, MemoryMarshal.AsBytes(mark));
    }
}
