namespace Quai.Bake.Definitions;

/// <summary>A name stands for nothing. Expressions are evaluated all the same, so that the error is of the place where it is used.</summary>
internal sealed class UndefinedException : Exception
{
    public UndefinedException(string message)
        : base(message)
    {
    }
}
