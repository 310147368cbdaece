using System.Runtime.InteropServices;
using System.Text;
using Quai.Linux.Netlink;
using static Quai.Linux.Netlink.NetlinkConstants;
using static Quai.Linux.Xfrm.XfrmStructures;

namespace Quai.Linux.Xfrm;

/// <summary>NETLINK_XFRM requests about security associations.</summary>
public static class XfrmStates
{
    private const string Algorithm = "rfc4106(gcm(aes))";
    private const int AlgorithmName = 64, AlgorithmHeader = AlgorithmName + 8;
    private const uint CheckBits = 128;

    /// <summary>
    /// Adds a state. The kernel answers EEXIST if the receiver has one of that number, EPROTONOSUPPORT if it has no ESP, and ENOSYS if it has no AES-GCM.
    /// </summary>
    public static void WriteAdd(NetlinkWriter writer, XfrmState state)
    {
        writer.Begin(XFRM_MSG_NEWSA, NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
        writer.Put(new StateInfo
        {
            Selector = Selector.Of(state.Source, state.Destination, state.Port),
            Id = new Id { Destination = Address.Of(state.Destination), SpiBigEndian = BigEndian(state.Spi), Protocol = IPPROTO_ESP },
            Source = Address.Of(state.Source),
            Limits = Limits.None,
            RequestId = state.RequestId,
            Family = FamilyOf(state.Source),
            Mode = XFRM_MODE_TRANSPORT,
        });

        // struct xfrm_algo_aead: the name, bits of the key, bits of the check value, the key.
        Span<byte> algorithm = stackalloc byte[AlgorithmHeader + state.Key.Length];
        algorithm.Clear();
        Encoding.ASCII.GetBytes(Algorithm, algorithm);
        MemoryMarshal.Write(algorithm[AlgorithmName..], (uint)state.Key.Length * 8);
        MemoryMarshal.Write(algorithm[(AlgorithmName + 4)..], CheckBits);
        state.Key.Span.CopyTo(algorithm[AlgorithmHeader..]);
        writer.Bytes(XFRMA_ALG_AEAD, algorithm);
        algorithm.Clear();
        writer.End();
    }

    /// <summary>Deletes a state, by receiver and number; the kernel answers ESRCH if there is none.</summary>
    public static void WriteDelete(NetlinkWriter writer, XfrmState state)
    {
        writer.Begin(XFRM_MSG_DELSA, NLM_F_ACK);
        writer.Put(new StateId { Destination = Address.Of(state.Destination), SpiBigEndian = BigEndian(state.Spi), Family = FamilyOf(state.Destination), Protocol = IPPROTO_ESP });
        writer.End();
    }

    /// <summary>The states of ESP in the socket's namespace.</summary>
    public static List<XfrmState> List(NetlinkSocket socket)
    {
        using var writer = new NetlinkWriter();
        writer.Begin(XFRM_MSG_GETSA, NLM_F_DUMP);
        writer.End();
        List<XfrmState> states = [];
        socket.Dump(
            writer.Written,
            (_, payload) =>
            {
                StateInfo info = MemoryMarshal.Read<StateInfo>(payload);
                if (info.Id.Protocol == IPPROTO_ESP)
                {
                    states.Add(new XfrmState(info.Source.ToAddress(info.Family), info.Id.Destination.ToAddress(info.Family), BigEndian(info.Id.SpiBigEndian), info.RequestId)
                    {
                        Port = BigEndian(info.Selector.DestinationPortBigEndian),
                        Packets = info.Usage.Packets,
                    });
                }
            },
            "list security associations");
        return states;
    }
}
