using Quai.Metadata;

namespace Quai.Networks.Tests;

/// <summary>A metadata database that goes away with the test.</summary>
internal sealed class TemporaryDatabase : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-networks-").FullName;

    public TemporaryDatabase() => Database = MetadataDatabase.Open(Path.Combine(_folder, "quai.db"), NetworkService.Migrations);

    public MetadataDatabase Database { get; }

    public void Dispose()
    {
        Database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        Directory.Delete(_folder, recursive: true);
    }
}
