namespace Quai.BuildClient.Progress;

/// <summary>Is told how builds go on. Several builds may report to one at the same time.</summary>
public interface IBuildProgress
{
    /// <summary>Takes what has happened.</summary>
    void Report(ProgressBatch batch);
}
