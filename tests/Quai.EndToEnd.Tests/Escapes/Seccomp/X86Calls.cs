using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Quai.EndToEnd.Tests.Escapes.Seccomp;

/// <summary>Finds out whether programs can make the calls of 32-bit x86 (<c>int 0x80</c>): by one that does nothing else.</summary>
internal static class X86Calls
{
    // mov eax, 1 (exit); mov ebx, 42; int 0x80; ud2.
    private static readonly byte[] s_code = [0xB8, 1, 0, 0, 0, 0xBB, 42, 0, 0, 0, 0xCD, 0x80, 0x0F, 0x0B];

    /// <summary>Whether the program's own exit code comes back.</summary>
    public static bool Exist()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return false;
        }

        string path = Path.Combine(Path.GetTempPath(), $"quai-x86-{Environment.ProcessId}");
        try
        {
            File.WriteAllBytes(path, Program());
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            using Process process = Process.Start(new ProcessStartInfo(path) { UseShellExecute = false })!;
            process.WaitForExit();
            return process.ExitCode == 42;
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>An ELF file of 64 bits: its header, one segment, the code.</summary>
    private static byte[] Program()
    {
        const int Header = 64, Segment = 56;
        const ulong Base = 0x400000;
        byte[] file = new byte[Header + Segment + s_code.Length];
        ReadOnlySpan<byte> magic = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        magic.CopyTo(file);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(16), 2);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(18), 62);
        BinaryPrimitives.WriteUInt32LittleEndian(file.AsSpan(20), 1);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(24), Base + Header + Segment);
        BinaryPrimitives.WriteUInt64LittleEndian(file.AsSpan(32), Header);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(52), Header);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(54), Segment);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(56), 1);
        Span<byte> segment = file.AsSpan(Header);
        BinaryPrimitives.WriteUInt32LittleEndian(segment, 1);
        BinaryPrimitives.WriteUInt32LittleEndian(segment[4..], 5);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[16..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[24..], Base);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[32..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[40..], (ulong)file.Length);
        BinaryPrimitives.WriteUInt64LittleEndian(segment[48..], 0x1000);
        s_code.CopyTo(file, Header + Segment);
        return file;
    }
}
