namespace Quai.Build.Solving;

/// <summary>Where a step says what it does.</summary>
public interface IStepProgress
{
    /// <summary>Takes a piece of output.</summary>
    /// <param name="stream">1 for standard output, 2 for standard error.</param>
    /// <param name="bytes">The piece; it may be used again afterwards.</param>
    void Write(int stream, ReadOnlySpan<byte> bytes);

    /// <summary>Says how far a part of the step has come.</summary>
    /// <param name="id">The part's name.</param>
    /// <param name="current">How much is done.</param>
    /// <param name="total">How much there is; 0 where that is not known.</param>
    /// <param name="isComplete">Whether the part is done.</param>
    void Report(string id, long current, long total, bool isComplete);
}
