using Quai.Errors;

namespace Quai.Runtime;

/// <summary>A container or exec that could not be started: which step failed, on what, with which errno.</summary>
/// <param name="message">In words known to Docker's users (<c>exec: "foo": executable file not found in $PATH</c>).</param>
/// <param name="exitCode">What Docker shows: 127 program not found, 126 not executable, 128 anything else.</param>
/// <param name="errno">The error number, or 0.</param>
public sealed class RuntimeStartException(string message, int exitCode, int errno)
    : QuaiException(exitCode is 126 or 127 ? ErrorKind.InvalidParameter : ErrorKind.System, message)
{
    /// <summary>In <see cref="Errno"/>: the container's shim has a different version and understands no plan of this one. It says nothing about the program.</summary>
    public const int OtherVersion = 5006;

    /// <summary>127, 126 or 128.</summary>
    public int ExitCode { get; } = exitCode;

    /// <summary>The error number, or 0.</summary>
    public int Errno { get; } = errno;
}

/// <summary>The shim died before its container (for example killed by hand); the container was killed with it.</summary>
public sealed class ShimLostException(string id)
    : QuaiException(ErrorKind.System, $"the shim of container {id} has died")
{
    /// <summary>The container.</summary>
    public string ContainerId { get; } = id;
}
