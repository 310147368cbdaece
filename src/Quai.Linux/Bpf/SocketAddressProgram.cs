using System.Buffers.Binary;
using System.Text;

namespace Quai.Linux.Bpf;

/// <summary>A program that sees the addresses of sockets of all processes of a cgroup (type <c>cgroup_sock_addr</c>). It stays when whoever attached it ends.</summary>
public sealed unsafe class SocketAddressProgram : IDisposable
{
    private const int ProgramLoad = 5, ProgramAttach = 8, ProgramDetach = 9, DescriptorById = 13, InfoOf = 15, ProgramQuery = 16;
    private const int CgroupSocketAddress = 18, AllowMulti = 2, MaximalPrograms = 64, InfoSize = 96, InfoName = 64;

    private readonly FileDescriptor _descriptor;

    private SocketAddressProgram(FileDescriptor descriptor, SocketAddressHook hook)
    {
        _descriptor = descriptor;
        Hook = hook;
    }

    /// <summary>Where it is attached.</summary>
    public SocketAddressHook Hook { get; }

    /// <summary>Loads a program; it does nothing before it is attached.</summary>
    /// <param name="name">Shown by <c>bpftool prog</c>; at most fifteen characters.</param>
    /// <param name="hook">Where it is to be attached.</param>
    /// <param name="instructions">What <see cref="BpfAssembler.Finish"/> gives.</param>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static SocketAddressProgram Load(string name, SocketAddressHook hook, ReadOnlySpan<byte> instructions)
    {
        Span<byte> attributes = stackalloc byte[BpfCall.Size];
        attributes.Clear();

        // These few instructions are given under either licence, apart from Quai: the kernel lets no other read its structures.
        fixed (byte* code = instructions, license = "Dual MIT/GPL\0"u8)
        {
            BpfCall.Put(attributes, 0, CgroupSocketAddress);
            BpfCall.Put(attributes, 4, instructions.Length / 8);
            BpfCall.Put(attributes, 8, code);
            BpfCall.Put(attributes, 16, license);
            BpfCall.Name(attributes, 48, name);
            BpfCall.Put(attributes, 68, (int)hook);
            return new SocketAddressProgram(new FileDescriptor(BpfCall.Make(ProgramLoad, attributes, $"load program {name} for {hook}")), hook);
        }
    }

    /// <summary>The programs of a name that are attached to a cgroup.</summary>
    public static List<SocketAddressProgram> Attached(FileDescriptor cgroup, SocketAddressHook hook, string name)
    {
        List<SocketAddressProgram> found = [];
        foreach (int id in Ids(cgroup, hook))
        {
            if (ById(id, hook) is not { } program)
            {
                // Gone meanwhile.
            }
            else if (program.Name() == name)
            {
                found.Add(program);
            }
            else
            {
                program.Dispose();
            }
        }

        return found;
    }

    /// <summary>Attaches it to a cgroup, beside those of others.</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public void Attach(FileDescriptor cgroup) => BpfCall.Make(ProgramAttach, Place(cgroup, AllowMulti, stackalloc byte[BpfCall.Size]), $"attach a program for {Hook}");

    /// <summary>Takes it away again, if it is there.</summary>
    public void Detach(FileDescriptor cgroup) => _ = BpfCall.Try(ProgramDetach, Place(cgroup, 0, stackalloc byte[BpfCall.Size]));

    /// <inheritdoc/>
    public void Dispose() => _descriptor.Dispose();

    private static int[] Ids(FileDescriptor cgroup, SocketAddressHook hook)
    {
        Span<byte> attributes = stackalloc byte[BpfCall.Size];
        attributes.Clear();
        int* ids = stackalloc int[MaximalPrograms];
        BpfCall.Put(attributes, 0, cgroup.Number);
        BpfCall.Put(attributes, 4, (int)hook);
        BpfCall.Put(attributes, 16, ids);
        BpfCall.Put(attributes, 24, MaximalPrograms);
        return BpfCall.Try(ProgramQuery, attributes) < 0 ? [] : new ReadOnlySpan<int>(ids, BinaryPrimitives.ReadInt32LittleEndian(attributes[24..])).ToArray();
    }

    private static SocketAddressProgram? ById(int id, SocketAddressHook hook)
    {
        Span<byte> attributes = stackalloc byte[BpfCall.Size];
        attributes.Clear();
        BpfCall.Put(attributes, 0, id);
        int descriptor = BpfCall.Try(DescriptorById, attributes);
        return descriptor < 0 ? null : new SocketAddressProgram(new FileDescriptor(descriptor), hook);
    }

    private string Name()
    {
        Span<byte> attributes = stackalloc byte[BpfCall.Size], info = stackalloc byte[InfoSize];
        attributes.Clear();
        info.Clear();
        fixed (byte* at = info)
        {
            BpfCall.Put(attributes, 0, _descriptor.Number);
            BpfCall.Put(attributes, 4, InfoSize);
            BpfCall.Put(attributes, 8, at);
            if (BpfCall.Try(InfoOf, attributes) < 0)
            {
                return "";
            }
        }

        ReadOnlySpan<byte> name = info[InfoName..(InfoName + BpfCall.MaximalName)];
        int end = name.IndexOf((byte)0);
        return Encoding.ASCII.GetString(end < 0 ? name : name[..end]);
    }

    private Span<byte> Place(FileDescriptor cgroup, int flags, Span<byte> attributes)
    {
        attributes.Clear();
        BpfCall.Put(attributes, 0, cgroup.Number);
        BpfCall.Put(attributes, 4, _descriptor.Number);
        BpfCall.Put(attributes, 8, (int)Hook);
        BpfCall.Put(attributes, 12, flags);
        return attributes;
    }
}
