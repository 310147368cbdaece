using System.Buffers.Binary;

namespace Quai.Linux.Kernel;

/// <summary>Programs of other processors that this machine runs by an interpreter, as <c>binfmt_misc</c> knows them.</summary>
public static class BinaryFormats
{
    private const string Folder = "/proc/sys/fs/binfmt_misc";
    private const int MachineOffset = 18;

    /// <summary>Those that run anywhere, also where the interpreter's file is not: in a container.</summary>
    /// <returns>None where the kernel has none, or its list is not mounted.</returns>
    public static IReadOnlyList<BinaryMachine> Find()
    {
        try
        {
            return [.. Directory.GetFiles(Folder).Where(f => Path.GetFileName(f) is not ("register" or "status")).Select(f => Parse(File.ReadAllText(f))).OfType<BinaryMachine>().Distinct()];
        }
        catch (IOException)
        {
            return [];
        }
    }

    /// <summary>Reads an entry.</summary>
    /// <param name="text">As the kernel writes it.</param>
    /// <returns>Null for one that is off, is for no ELF file, or needs its interpreter in the container.</returns>
    public static BinaryMachine? Parse(string text)
    {
        string[] lines = text.Split('\n');
        string? Value(string name) => lines.FirstOrDefault(l => l.StartsWith(name, StringComparison.Ordinal))?[name.Length..].Trim();
        if (lines[0] != "enabled" || Value("flags:")?.Contains('F', StringComparison.Ordinal) != true || Value("offset") is not "0" || Value("magic") is not { } magic)
        {
            return null;
        }

        try
        {
            byte[] header = Convert.FromHexString(magic);
            return header.Length < MachineOffset + 2 || !header.AsSpan().StartsWith("\u007fELF"u8) ? null : Machine(header);
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private static BinaryMachine Machine(byte[] header)
    {
        bool isLittle = header[5] == 1;
        ReadOnlySpan<byte> machine = header.AsSpan(MachineOffset, 2);
        return new BinaryMachine(isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(machine) : BinaryPrimitives.ReadUInt16BigEndian(machine), header[4] == 2, isLittle);
    }
}
