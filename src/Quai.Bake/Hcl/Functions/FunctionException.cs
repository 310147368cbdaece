namespace Quai.Bake.Hcl.Functions;

/// <summary>A function has no result for its arguments. It becomes a diagnostic where the call stands.</summary>
/// <param name="message">Why, without an end.</param>
/// <param name="argument">The index of the argument that is wrong, if it is one.</param>
internal sealed class FunctionException(string message, int? argument = null) : Exception(message)
{
    /// <summary>The index of the argument that is wrong.</summary>
    public int? Argument => argument;
}
