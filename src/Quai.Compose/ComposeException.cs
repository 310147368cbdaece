using Quai.Errors;

namespace Quai.Compose;

/// <summary>A project, or what is asked of it, is wrong.</summary>
public sealed class ComposeException : QuaiException
{
    /// <summary>With everything that was found wrong.</summary>
    /// <param name="faults">At least one.</param>
    /// <param name="innerException">What caused it, if anything.</param>
    public ComposeException(IReadOnlyList<ComposeFault> faults, Exception? innerException = null)
        : base(ErrorKind.InvalidParameter, string.Join('\n', faults.Select(fault => fault.ToString())), innerException) => Faults = faults;

    /// <summary>With a single fault.</summary>
    /// <param name="fault">It.</param>
    /// <param name="innerException">What caused it, if anything.</param>
    public ComposeException(ComposeFault fault, Exception? innerException = null)
        : this([fault], innerException)
    {
    }

    /// <summary>With a fault of no place.</summary>
    /// <param name="message">One sentence.</param>
    /// <param name="innerException">What caused it, if anything.</param>
    public ComposeException(string message, Exception? innerException = null)
        : this(new ComposeFault(message), innerException)
    {
    }

    /// <summary>All that was found wrong, in the order of the files.</summary>
    public IReadOnlyList<ComposeFault> Faults { get; }
}
