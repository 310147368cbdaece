using System.Runtime.InteropServices;

namespace Quai.Linux;

/// <summary>
/// A failed system call: which call, with which errno, on which path or object. It does not say what this means for the request:
/// a caller who knows turns it into an error of its own, and if nobody expected it, it is an internal failure.
/// </summary>
/// <param name="call">The call's name as the kernel names it, such as <c>mount</c>.</param>
/// <param name="errno">The error number, positive.</param>
/// <param name="path">The path or object that the call was made on, if any.</param>
public sealed class LinuxException(string call, int errno, string? path = null)
    : Exception(Describe(call, errno, path))
{
    /// <summary>The call's name.</summary>
    public string Call { get; } = call;

    /// <summary>The error number, positive.</summary>
    public int Errno { get; } = errno;

    /// <summary>The path or object, if any.</summary>
    public string? Path { get; } = path;

    /// <summary>Creates an exception from the calling thread's last P/Invoke error.</summary>
    public static LinuxException FromLastError(string call, string? path = null) => new(call, Marshal.GetLastPInvokeError(), path);

    private static string Describe(string call, int errno, string? path) =>
        path is null ? $"{call}: {Linux.Errno.Message(errno)}" : $"{call} {path}: {Linux.Errno.Message(errno)}";
}
