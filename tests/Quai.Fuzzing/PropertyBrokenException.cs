namespace Quai.Fuzzing;

/// <summary>A property does not hold. The message lists the inputs.</summary>
public sealed class PropertyBrokenException : Exception
{
    /// <summary>Without a message.</summary>
    public PropertyBrokenException()
    {
    }

    /// <summary>With a message.</summary>
    public PropertyBrokenException(string message)
        : base(message)
    {
    }

    /// <summary>With a message and the first input's error.</summary>
    public PropertyBrokenException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
