using System.IO.MemoryMappedFiles;

namespace Quai.Fuzzing;

/// <summary>
/// The input that is being tried, in a mapped file: an overflow of the stack ends the process at once, and the file stays. It holds the
/// length in 4 bytes, then the input. <c>eng/fuzz</c> keeps what it finds in such files.
/// </summary>
internal sealed class CurrentInput : IDisposable
{
    private readonly string _path;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public CurrentInput(string property)
    {
        Directory.CreateDirectory(Corpus.Scratch);
        _path = Path.Combine(Corpus.Scratch, $"{property}.{Environment.ProcessId}.current");
        _file = MemoryMappedFile.CreateFromFile(_path, FileMode.Create, null, 4 + MaxLength);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>Longer inputs are not tried.</summary>
    public const int MaxLength = 1 << 20;

    public void Set(byte[] input)
    {
        _view.Write(0, input.Length);
        _view.WriteArray(4, input, 0, input.Length);
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
        File.Delete(_path);
    }
}
