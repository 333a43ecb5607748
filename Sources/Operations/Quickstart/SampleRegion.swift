/// Where an invented person lives, and what people are called there.
struct SampleRegion: Sendable {
    /// ISO 3166-1 alpha-2.
    let country: String
    let givenNames: [SampleName]
    let familyNames: [SampleName]
    let places: [SamplePlace]
    /// `#` stands for a digit.
    let postCode: String
    let familyNameFirst: Bool

    private init(
        _ country: String, given: String, family: String, places: [SamplePlace], postCode: String,
        familyNameFirst: Bool = false
    ) {
        self.country = country
        givenNames = given.split(separator: " ").map { SampleName(String($0)) }
        familyNames = family.split(separator: " ").map { SampleName(String($0)) }
        self.places = places
        self.postCode = postCode
        self.familyNameFirst = familyNameFirst
    }

    /// Every region as often as its share of a hundred profiles: 56 of them live in the Nordic countries.
    static let weighted: [SampleRegion] = shares.flatMap { Array(repeating: $0.region, count: $0.share) }

    private static let shares: [(share: Int, region: SampleRegion)] = nordic + european + overseas

    private static let nordic: [(share: Int, region: SampleRegion)] = [
        (
            34,
            SampleRegion(
                "SE",
                given: "Åsa Björn Märta Göran Sölve Ängla Örjan Ebba Håkan Linnéa Torsten Alva Frida Åke Signe Nils",
                family: "Lindqvist Ström Åkerlund Öberg Sjögren Ängsmark Wennergren Häggkvist Blåsippa Granrot Näckros",
                places: [
                    "Göteborg", "Malmö", "Umeå", "Västerås", "Örebro", "Ängelholm", "Luleå", "Skövde", "Visby",
                ], postCode: "### ##")
        ),
        (
            8,
            SampleRegion(
                "NO", given: "Bjørg Øyvind Åshild Håvard Sigrid Leif Ingvild Kåre",
                family: "Fjellstad Ødegård Nordbø Sæther Brækhus Myrvoll",
                places: ["Tromsø", "Bodø", "Ålesund", "Bergen"],
                postCode: "####")
        ),
        (
            7,
            SampleRegion(
                "DK", given: "Søren Kirsten Jørgen Åse Mads Birgitte Asbjørn",
                family: "Østergård Kjær Bækgaard Søgaard Lyngby Nørreskov",
                places: ["Aarhus", "Ærøskøbing", "Odense", "Helsingør"], postCode: "####")
        ),
        (
            7,
            SampleRegion(
                "FI", given: "Väinö Päivi Jyrki Äänis Tuulikki Sampo Leena",
                family: "Mäkelä Hämäläinen Kivijärvi Yrjölä Rönnlöf Lehtinen",
                places: ["Jyväskylä", "Tampere", "Hämeenlinna", "Åbo"], postCode: "#####")
        ),
    ]

    private static let european: [(share: Int, region: SampleRegion)] = [
        (
            10,
            SampleRegion(
                "DE", given: "Jürgen Käthe Björn Anneliese Götz Lieselotte",
                family: "Müllerstein Großkreuz Schönfelder Weißhaupt Bäumer Übelacker",
                places: [
                    SamplePlace("Würzburg", state: "Bayern"), SamplePlace("Köln", state: "Nordrhein-Westfalen"),
                    SamplePlace("Görlitz", state: "Sachsen"),
                ], postCode: "#####")
        ),
        (
            6,
            SampleRegion(
                "FR", given: "Élodie François Zoé Anaïs Benoît Aïcha",
                family: "L'Écuyer D'Aubigné Lefèvre Brûlé Garçon",
                places: ["Besançon", "Nîmes", "Saint-Étienne"], postCode: "#####")
        ),
        (
            5,
            SampleRegion(
                "ES", given: "Íñigo Begoña Nuño Lucía Ramón Inés", family: "Muñiz Ibáñez Peñalver Güell Castaño",
                places: ["A Coruña", "Logroño", "Málaga"], postCode: "#####")
        ),
        (
            5,
            SampleRegion(
                "PL", given: "Łukasz Żaneta Świętosława Michał Grażyna", family: "Źródłowski Wójcikowa Gołąb Śliwiński",
                places: ["Łódź", "Gdańsk", "Kraków"], postCode: "##-###")
        ),
        (
            5,
            SampleRegion(
                "IE", given: "Seán Aoife Ciarán Niamh Oisín", family: "O'Brien O'Shea McKenna Móráin D'Arcy",
                places: ["Dún Laoghaire", "Galway", "Cork"], postCode: "V## XY##")
        ),
    ]

    private static let overseas: [(share: Int, region: SampleRegion)] = [
        (
            5,
            SampleRegion(
                "US", given: "Zoë Renée Chloë Jean-Luc Wren", family: "O'Malley Peña-Hart Van-Dyke Fairweather Quill",
                places: [
                    SamplePlace("Washington, D.C.", state: "DC"), SamplePlace("Coeur d'Alene", state: "ID"),
                    SamplePlace("Cañon City", state: "CO"), SamplePlace("The \"Big\" Springs", state: "TX"),
                ], postCode: "#####-####")
        ),
        (
            4,
            SampleRegion(
                "JP", given: "陽菜|hina 蓮|ren さくら|sakura 健太|kenta", family: "水野|mizuno 白鳥|shiratori 星川|hoshikawa",
                places: [SamplePlace("札幌市", state: "北海道"), SamplePlace("那覇市", state: "沖縄県")], postCode: "###-####",
                familyNameFirst: true)
        ),
        (
            4,
            SampleRegion(
                "CN", given: "明月|mingyue 思远|siyuan 雨桐|yutong", family: "云|yun 柳|liu 欧阳|ouyang",
                places: [SamplePlace("苏州市", state: "江苏省"), SamplePlace("成都市", state: "四川省")], postCode: "######",
                familyNameFirst: true)
        ),
    ]
}

/// A town, with its state or province where addresses of the country have one.
struct SamplePlace: Sendable, ExpressibleByStringLiteral {
    let city: String
    let state: String

    init(_ city: String, state: String) {
        self.city = city
        self.state = state
    }

    init(stringLiteral city: String) {
        self.init(city, state: "")
    }
}
