namespace Quai.Linux.Bpf;

/// <summary>A map that programs in the kernel read and write. It lives as long as this object or a program that uses it.</summary>
public sealed unsafe class BpfMap : IDisposable
{
    private const int MapCreate = 0, UpdateElement = 2, DeleteElement = 3;

    private readonly int _key, _value;

    private BpfMap(FileDescriptor descriptor, int key, int value)
    {
        Descriptor = descriptor;
        _key = key;
        _value = value;
    }

    /// <summary>The map's descriptor.</summary>
    public FileDescriptor Descriptor { get; }

    /// <summary>Makes a map.</summary>
    /// <param name="kind">What it does when it is full.</param>
    /// <param name="name">Shown by <c>bpftool map</c>; at most fifteen characters.</param>
    /// <param name="key">Bytes of a key.</param>
    /// <param name="value">Bytes of a value.</param>
    /// <param name="most">How many elements it has at most.</param>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static BpfMap Create(BpfMapKind kind, string name, int key, int value, int most)
    {
        Span<byte> attributes = stackalloc byte[BpfCall.Size];
        attributes.Clear();
        BpfCall.Put(attributes, 0, (int)kind);
        BpfCall.Put(attributes, 4, key);
        BpfCall.Put(attributes, 8, value);
        BpfCall.Put(attributes, 12, most);

        // Not taken up before it is needed.
        BpfCall.Put(attributes, 16, kind == BpfMapKind.Hash ? 1 : 0);
        BpfCall.Name(attributes, 28, name);
        return new BpfMap(new FileDescriptor(BpfCall.Make(MapCreate, attributes, $"create map {name}")), key, value);
    }

    /// <summary>Sets a key's value.</summary>
    /// <exception cref="LinuxException">The map is full.</exception>
    public void Set(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, _key);
        ArgumentOutOfRangeException.ThrowIfNotEqual(value.Length, _value);
        fixed (byte* keyAt = key, valueAt = value)
        {
            Span<byte> attributes = Element(keyAt, valueAt, stackalloc byte[BpfCall.Size]);
            BpfCall.Make(UpdateElement, attributes, "set an element");
        }
    }

    /// <summary>Deletes a key, if it is there.</summary>
    public void Delete(ReadOnlySpan<byte> key)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(key.Length, _key);
        fixed (byte* keyAt = key)
        {
            _ = BpfCall.Try(DeleteElement, Element(keyAt, null, stackalloc byte[BpfCall.Size]));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Descriptor.Dispose();

    private Span<byte> Element(byte* key, byte* value, Span<byte> attributes)
    {
        attributes.Clear();
        BpfCall.Put(attributes, 0, Descriptor.Number);
        BpfCall.Put(attributes, 8, key);
        BpfCall.Put(attributes, 16, value);
        return attributes;
    }
}
