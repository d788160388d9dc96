using System.Diagnostics;
using System.Globalization;

namespace Unroll.Classroom.Sheets;

/// <summary>How large a process and all that it started are. Elsewhere than on Linux, the process alone is measured.</summary>
internal static class ProcessTree
{
    /// <summary>The number of processes and the memory that they hold, in bytes.</summary>
    public static (int Processes, long Memory) Measure(Process process)
    {
        try
        {
            if (!Directory.Exists("/proc/self"))
            {
                process.Refresh();
                return (1, process.HasExited ? 0 : process.WorkingSet64);
            }
            return Measure(process.Id);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return (0, 0);
        }
    }

    /// <summary>The bytes of all files in a folder.</summary>
    public static long FileBytes(string folder)
    {
        try
        {
            var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
            return new DirectoryInfo(folder).EnumerateFiles("*", options).Sum(file => file.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }

    private static (int Processes, long Memory) Measure(int root)
    {
        var children = new Dictionary<int, List<(int Id, long Memory)>>();
        long memory = 0;
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            bool isProcess = int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int id);
            if (!isProcess || Read(folder) is not var (parent, own))
                continue;
            if (id == root)
                memory = own;
            if (children.TryGetValue(parent, out List<(int, long)>? known))
                known.Add((id, own));
            else
                children[parent] = [(id, own)];
        }
        int count = 1;
        var open = new Stack<int>([root]);
        while (open.TryPop(out int id))
        {
            foreach ((int child, long own) in children.GetValueOrDefault(id) ?? [])
            {
                count++;
                memory += own;
                open.Push(child);
            }
        }
        return (count, memory);
    }

    // Parent and resident memory. In "pid (name) state ppid …" the name may hold anything: fields are counted from its end.
    private static (int Parent, long Memory)? Read(string folder)
    {
        try
        {
            string text = File.ReadAllText(Path.Combine(folder, "stat"));
            string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
            return (int.Parse(fields[1], CultureInfo.InvariantCulture),
                long.Parse(fields[21], CultureInfo.InvariantCulture) * Environment.SystemPageSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
