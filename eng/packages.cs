// What pack.sh needs beside the SDK.
// dotnet run --file eng/packages.cs -- finish FOLDER VERSION
//   finishes packages: the same content gets the same bytes, and the documentation has public names alone
// dotnet run --file eng/packages.cs -- api FOLDER VERSION [--update]
//   compares the public interface of packages with src/NAME/PublicAPI.txt, a name a line, or writes these files
using System.IO.Compression;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

(string verb, string folder, string version) = (args[0], args[1], args[2]);
string[] packages = [.. Directory.GetFiles(folder, $"Unroll*.{version}.*nupkg").Order(StringComparer.Ordinal)];
if (verb == "api")
    return CompareInterfaces(packages, isUpdate: args.Contains("--update"));
foreach (string path in packages)
    Finish(path);
return 0;

static int CompareInterfaces(string[] packages, bool isUpdate)
{
    int changed = 0;
    foreach (string path in packages.Where(path => path.EndsWith(".nupkg", StringComparison.Ordinal)))
    {
        using ZipArchive archive = ZipFile.OpenRead(path);
        ZipArchiveEntry? assembly = archive.Entries.FirstOrDefault(
            entry => IsIn("lib/", entry.FullName) && entry.Name.EndsWith(".dll", StringComparison.Ordinal));
        if (assembly is null)
            continue;
        using Stream stream = assembly.Open();
        using var memory = new MemoryStream();
        stream.CopyTo(memory);
        // Accessors belong to their properties, and the number of a choice is nobody's.
        string[] now =
        [
            .. PublicNames(memory.ToArray())
                .Where(name => !Regex.IsMatch(name, @"^M:[^(]*\.(get|set|add|remove)_|^F:.*\.value__$|<"))
                .Order(StringComparer.Ordinal),
        ];
        string file = Path.Combine("src", Path.GetFileNameWithoutExtension(assembly.Name), "PublicAPI.txt");
        string[] before = File.Exists(file) ? File.ReadAllLines(file) : [];
        if (now.SequenceEqual(before))
            continue;
        if (isUpdate)
        {
            File.WriteAllText(file, string.Concat(now.Select(name => name + "\n")));
            continue;
        }
        changed++;
        foreach (string name in before.Except(now).Take(20))
            Console.Error.WriteLine($"{file}: gone: {name}");
        foreach (string name in now.Except(before).Take(20))
            Console.Error.WriteLine($"{file}: new: {name}");
    }
    if (changed > 0)
        Console.Error.WriteLine("The public interface changed; if it shall, run ./pack.sh --update-api and commit PublicAPI.txt");
    return changed == 0 ? 0 : 1;
}

static void Finish(string path)
{
    var entries = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
    using (ZipArchive archive = ZipFile.OpenRead(path))
    {
        foreach (ZipArchiveEntry entry in archive.Entries)
        {
            using Stream content = entry.Open();
            using var memory = new MemoryStream();
            content.CopyTo(memory);
            entries[entry.FullName] = memory.ToArray();
        }
    }
    KeepPublicDocumentation(entries);
    NameByContent(entries);
    string temporary = path + ".tmp";
    using (ZipArchive archive = ZipFile.Open(temporary, ZipArchiveMode.Create))
    {
        foreach ((string name, byte[] content) in entries)
        {
            ZipArchiveEntry entry = archive.CreateEntry(name, CompressionLevel.SmallestSize);
            entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using Stream stream = entry.Open();
            stream.Write(content);
        }
    }
    File.Move(temporary, path, overwrite: true);
}

// The packer draws a name and ids at random for what nobody reads.
static void NameByContent(SortedDictionary<string, byte[]> entries)
{
    string? properties = entries.Keys.FirstOrDefault(name => name.EndsWith(".psmdcp", StringComparison.Ordinal));
    if (properties is null || !entries.TryGetValue("_rels/.rels", out byte[]? relations))
        return;
    string name = Convert.ToHexStringLower(SHA256.HashData(entries[properties]))[..32];
    string renamed = $"package/services/metadata/core-properties/{name}.psmdcp";
    entries[renamed] = entries[properties];
    if (renamed != properties)
        entries.Remove(properties);
    XDocument document = XDocument.Load(new MemoryStream(relations));
    int id = 0;
    foreach (XElement relation in document.Root!.Elements()
        .OrderBy(each => (string?)each.Attribute("Type"), StringComparer.Ordinal))
    {
        relation.SetAttributeValue("Id", $"R{++id}");
        if (((string?)relation.Attribute("Target"))?.EndsWith(".psmdcp", StringComparison.Ordinal) == true)
            relation.SetAttributeValue("Target", "/" + renamed);
    }
    entries["_rels/.rels"] = Encoding.UTF8.GetBytes(document.Declaration + "\n" + document + "\n");
}

static void KeepPublicDocumentation(SortedDictionary<string, byte[]> entries)
{
    string[] documents =
        [.. entries.Keys.Where(name => IsIn("lib/", name) && name.EndsWith(".xml", StringComparison.Ordinal))];
    foreach (string xml in documents)
    {
        string assembly = Path.ChangeExtension(xml, ".dll");
        if (!entries.TryGetValue(assembly, out byte[]? code))
            continue;
        HashSet<string> names = PublicNames(code);
        XDocument document = XDocument.Load(new MemoryStream(entries[xml]), LoadOptions.PreserveWhitespace);
        foreach (XElement member in document.Descendants("member").ToArray())
        {
            string id = (string?)member.Attribute("name") ?? "";
            if (names.Contains(id))
                continue;
            // The line that it stood on goes too.
            if (member.PreviousNode is XText { Value: var blank } text && string.IsNullOrWhiteSpace(blank))
                text.Remove();
            member.Remove();
        }
        using var memory = new MemoryStream();
        using (var writer = new StreamWriter(memory, new UTF8Encoding(false)) { NewLine = "\n" })
            writer.Write(document.Declaration + "\n" + document + "\n");
        entries[xml] = memory.ToArray();
    }
}

// Ids of public types and of their public and protected members, as documentation files write them.
static HashSet<string> PublicNames(byte[] code)
{
    using var pe = new PEReader(new MemoryStream(code));
    MetadataReader reader = pe.GetMetadataReader();
    var provider = new IdProvider();
    var names = new HashSet<string>(StringComparer.Ordinal);
    foreach (TypeDefinitionHandle handle in reader.TypeDefinitions)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        if (!IsPublic(reader, type))
            continue;
        string full = provider.GetTypeFromDefinition(reader, handle, 0);
        names.Add("T:" + full);
        foreach (FieldDefinitionHandle each in type.GetFields())
        {
            FieldDefinition field = reader.GetFieldDefinition(each);
            FieldAttributes access = field.Attributes & FieldAttributes.FieldAccessMask;
            if (access is FieldAttributes.Public or FieldAttributes.Family or FieldAttributes.FamORAssem)
                names.Add($"F:{full}.{reader.GetString(field.Name)}");
        }
        foreach (MethodDefinitionHandle each in type.GetMethods())
        {
            MethodDefinition method = reader.GetMethodDefinition(each);
            if (!IsPublicMethod(method))
                continue;
            MethodSignature<string> signature = method.DecodeSignature(provider, null);
            string name = reader.GetString(method.Name).Replace('.', '#');
            string generic = signature.GenericParameterCount > 0 ? $"``{signature.GenericParameterCount}" : "";
            string parameters = signature.ParameterTypes.Length > 0 ? $"({string.Join(',', signature.ParameterTypes)})" : "";
            string result = name is "op_Implicit" or "op_Explicit" ? "~" + signature.ReturnType : "";
            names.Add($"M:{full}.{name}{generic}{parameters}{result}");
        }
        foreach (PropertyDefinitionHandle each in type.GetProperties())
        {
            PropertyDefinition property = reader.GetPropertyDefinition(each);
            PropertyAccessors accessors = property.GetAccessors();
            bool any = new[] { accessors.Getter, accessors.Setter }.Any(
                accessor => !accessor.IsNil && IsPublicMethod(reader.GetMethodDefinition(accessor)));
            if (!any)
                continue;
            MethodSignature<string> signature = property.DecodeSignature(provider, null);
            string parameters = signature.ParameterTypes.Length > 0 ? $"({string.Join(',', signature.ParameterTypes)})" : "";
            names.Add($"P:{full}.{reader.GetString(property.Name)}{parameters}");
        }
        foreach (EventDefinitionHandle each in type.GetEvents())
        {
            EventDefinition change = reader.GetEventDefinition(each);
            if (IsPublicMethod(reader.GetMethodDefinition(change.GetAccessors().Adder)))
                names.Add($"E:{full}.{reader.GetString(change.Name)}");
        }
    }
    return names;
}

static bool IsPublic(MetadataReader reader, TypeDefinition type) => (type.Attributes & TypeAttributes.VisibilityMask) switch
{
    TypeAttributes.Public => true,
    TypeAttributes.NestedPublic or TypeAttributes.NestedFamily or TypeAttributes.NestedFamORAssem =>
        IsPublic(reader, reader.GetTypeDefinition(type.GetDeclaringType())),
    _ => false,
};

static bool IsPublicMethod(MethodDefinition method) =>
    (method.Attributes & MethodAttributes.MemberAccessMask)
        is MethodAttributes.Public or MethodAttributes.Family or MethodAttributes.FamORAssem;

static bool IsIn(string folder, string name) => name.StartsWith(folder, StringComparison.Ordinal);

// Types as documentation ids write them.
sealed class IdProvider : ISignatureTypeProvider<string, object?>
{
    public string GetArrayType(string elementType, ArrayShape shape) =>
        $"{elementType}[{string.Join(',', Enumerable.Repeat("0:", shape.Rank))}]";
    public string GetByReferenceType(string elementType) => elementType + "@";
    public string GetFunctionPointerType(MethodSignature<string> signature) => "=FUNC";
    public string GetGenericInstantiation(string genericType, System.Collections.Immutable.ImmutableArray<string> typeArguments)
    {
        // A`1 of B is A{B}; of a nested type each part has its own arguments.
        var text = new StringBuilder();
        int next = 0;
        foreach (string part in genericType.Split('.'))
        {
            int tick = part.IndexOf('`');
            if (text.Length > 0)
                text.Append('.');
            if (tick < 0)
            {
                text.Append(part);
                continue;
            }
            int count = int.Parse(part[(tick + 1)..]);
            text.Append(part[..tick]).Append('{').Append(string.Join(',', typeArguments.Skip(next).Take(count))).Append('}');
            next += count;
        }
        return text.ToString();
    }
    public string GetGenericMethodParameter(object? context, int index) => $"``{index}";
    public string GetGenericTypeParameter(object? context, int index) => $"`{index}";
    public string GetModifiedType(string modifier, string unmodifiedType, bool isRequired) => unmodifiedType;
    public string GetPinnedType(string elementType) => elementType;
    public string GetPointerType(string elementType) => elementType + "*";
    public string GetPrimitiveType(PrimitiveTypeCode typeCode) => "System." + typeCode;
    public string GetSZArrayType(string elementType) => elementType + "[]";
    public string GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind)
    {
        TypeDefinition type = reader.GetTypeDefinition(handle);
        string name = reader.GetString(type.Name), space = reader.GetString(type.Namespace);
        if (!type.GetDeclaringType().IsNil)
            return GetTypeFromDefinition(reader, type.GetDeclaringType(), 0) + "." + name;
        return space.Length > 0 ? space + "." + name : name;
    }
    public string GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind)
    {
        TypeReference type = reader.GetTypeReference(handle);
        string name = reader.GetString(type.Name), space = reader.GetString(type.Namespace);
        if (type.ResolutionScope.Kind == HandleKind.TypeReference)
            return GetTypeFromReference(reader, (TypeReferenceHandle)type.ResolutionScope, 0) + "." + name;
        return space.Length > 0 ? space + "." + name : name;
    }
    public string GetTypeFromSpecification(
        MetadataReader reader, object? context, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, context);
}
