"""English, with the words of Indian and African registers."""

from nlp.languages import Language, weights, word_set

_STOP = word_set("""
a about above after again against all almost along already also although always am among an and
another any anybody anyone anything are around as at away b be became because become been before
began behind being below between both but by c came can cannot can't come could couldn't d did
didn't do does doesn't doing don't done down during each either else etc even ever every everybody
everyone everything few first for from further g gave get gets getting give given gives giving go
goes going gone got gotten h had hadn't has hasn't have haven't having he he's her here hers
herself him himself his how however i i'd i'll i'm i've if ii iii in instead into is isn't it it's
its itself just k kept know known last least less let like m made make makes making many may maybe
me might more most mostly much must my myself n near need needed needs neither never next no
nobody none nor not nothing now o of off often ok on once one ones only onto or other others our
ours ourselves out over own p per perhaps please put quite r rather really s said same saw say
saying says see seems seen several shall she should shouldn't since so some somebody someone
something sometimes soon still such t take taken takes taking tell than that that's the their
theirs them themselves then there there's therefore these they they're this those though through
thus till to together told too took toward towards two u under unless until up upon us used using
v very via vs w want wanted wants was wasn't way we we're well went were weren't what what's when
where whether which while who whom whose why will wish with within without won't would wouldn't x
y yes yet you you're your yours yourself z three four five six seven eight nine ten hundred
thousand lakh lakhs crore rs re inr usd dollar dollars rupee rupees euro euros cfa fcfa naira
shilling shillings kes ugx ngn ghs zar pm st nd rd th mr mrs ms sir madam dear hi hello thanks
thank regards today yesterday tomorrow day days week weeks month months year years time times dont
didnt doesnt cant im ive wont thats isnt wasnt
""")

_SHARED = word_set("""
bribe bribes bribed bribing bribery bride briberies bribary brive corrupt corrupted corruption
curruption corruptions pay paid payed paying payment payments money amount cash ask asked asking
asks demand demanded demanding demands officer officers official officials office offices
complaint complain complaints complained report reported reporting force forced forcing case issue
issues problem problems person people staff department dept work works working worked job matter
regarding related concerned concern took collect collected collecting charge charged charging
extra clear cleared clearing process processing illegal illegally unofficial informal corruptly
refused refuse high openly open want need govt government public
""")

_COMPLAINT = word_set("""
bribe bribes bribed bribing bribery bribary bride brive corrupt corrupted corruption curruption
corruptive extort extorted extortion extorting kickback kickbacks demand demanded demanding
demands forced threatened threaten threatening threat harass harassed harassment harassing
harrassed harrassment harrasment misbehaved misconduct misuse misusing abuse abused fraud cheat
cheated cheating scam scams scammed looting loot illegal illegally complaint complain officer
officers official officials inspector constable policeman policemen cop cops police clerk
registrar tehsildar tahsildar vao vro tte ttr tc rto rta customs custom excise immigration
passport verification certificate licence license permit registration mutation khata khatha katha
patta aadhaar aadhar adhar adhaar pension ration fir challan chalan fine fined penalty helmet
towed tow checkpost municipality municipal panchayat bbmp bda tax gst vat refund govt government
department ministry authority port border clearance declaration tariff duty duties consignment
container cargo shipment broker importer exporter trader trucks truck demurrage undervaluation
smuggling smuggled whistleblower nepotism favouritism unfair delayed delay hassled hassle hassling
seized snatched paid paying refused receipt signature signed rishwat riswat risvat paise verify
verified meter electricity lineman postman ticket railway hospital doctor doctors land survey
affidavit court judge lawyer salary employees employee principal college admission examination
detained detain seize confiscated stopped stop parking speeding driving lodging stolen theft
tender tenders contract contracts procurement embezzlement embezzled ghost overcharged
overcharging
""")

_SHOP = weights("""
1: promo code, coupon code, discount code, free shipping, shop now, order now
1: visit our website, visit our site, diet pills, male enhancement, make money online
1: seo services, escorts service, love spell, spell caster, viagra, replica watches
1: hello world
0.9: for sale, buy online, cashback, click here, best prices, packers and movers, burn fat
0.9: keto, betting tips, get rich, instant loan, loan offer, loans in your area
0.9: limited offer, follow us, digital marketing, we are a leading, leading provider
0.9: creative agency, hoverboards, vapes, e liquid, escort service, astrologer, free trial
0.9: limited edition, selected for a prize, happy customers, whatsapp us, just a test
0.9: test message, only testing, just a trial
0.8: coupon, best price, handcrafted, hand stitched, tour packages, tour package
0.8: removalists, relocation companies, weight loss, losing weight, earn money
0.8: personal loans, apply for a loan, get loans, web design, hoverboard, vape
0.8: cigarette machine, black magic, claim within, i am a widow, act now, if this works
0.8: free gift
0.7: best quality, handmade, supplements, skin care, casino, making a lot of money, seo
0.7: software solutions, top rated, bottle opener, dear friend
0.6: buy, cash back, wholesale, cheapest, deals, replacement parts, compatible with
0.6: supplement, take loan, safe haven, millionaire, limited time, subscribe, our services
0.6: we offer, nicotine, at amazon, t shirts, no risk, without exam, have been selected
0.5: discount, high quality, cheap, kits, accessories, refurbished, movers, bitcoin, forex
0.5: work from home, personal loan, we provide, t shirt, pills, shoes, money back
0.5: want to share
0.4: kit, compatible, hotels, crypto, loan approval, easy now, your chance, business loan
0.4: download, for rent, trademark registration
0.3: sale, offers, spare parts, premium, earning, millions, financial assistance
0.3: institute in, company registration, magazine
0.2: offer, book reading, color
0.15: online
-1: sale agreement, sales tax, land sale
-1.5: sale deed, sale deeds
""")

_COMPLAINTS = (
    "The officer asked me for money before he would sign my papers.",
    "I had to pay a bribe to get my certificate.",
    "The police stopped me and took cash without giving a receipt.",
    "The clerk delays every file until something is paid.",
    "Customs held our container for no reason until we paid the inspector.",
    "Bribe for passport verification.",
    "Paid extra for registration of property.",
    "Traffic police fine without a challan.",
    "The inspector threatened to raise the value unless we settled with him.",
    "Our competitor undervalues his goods and nobody checks.",
    "Corruption in the licensing office.",
    "My manager told me to hide the true invoice from the broker.",
    "Parked in a no parking area and the vehicle was towed.",
    "No helmet, fined on the spot.",
    "The scanner operator lets certain trucks through without a check.",
    "Postings to the port are sold to the highest bidder.",
    "Electricity connection refused until we paid the lineman.",
    "Money demanded for a job in the public service.",
    "Land registry, transfer of name.",
    "The examination hall kept our cargo three days; demurrage was running.",
)

_ADVERTS = (
    "Buy the best hoverboards online at a low price with free delivery.",
    "Electric cigarette rolling machine for sale.",
    "Promo code and discount coupons for your favourite store.",
    "Replacement rifle parts kit, upper receiver and handguard, buy now.",
    "Supercharger and spare parts for radio controlled car engines.",
    "Lose weight fast with our natural keto diet pills.",
    "Handmade leather boat shoes for men.",
    "Handcrafted drinking glasses, set of four.",
    "Top hotels and tour packages at cheap prices.",
    "Packers and movers, best moving company in town.",
    "Get an instant personal loan, easy approval.",
    "Earn money online from home, invest in bitcoin today.",
    "We are a leading digital marketing agency offering search engine optimisation.",
    "Vape pods and nicotine salts, wholesale.",
    "Best coaching institute and fashion design courses.",
    "Read our blog post on how to choose the right product.",
    "Wireless follow focus for camera rigs.",
    "Garden wire baskets, solar security light, household gadgets.",
    "Company registration and trademark services, contact us today.",
    "Powerful love spell caster and astrologer, call now.",
    "Limited edition luxury watches, free shipping worldwide.",
    "Software development company, mobile apps and web design.",
)

LANGUAGE = Language(
    tag="en",
    stop=_STOP,
    shared=_SHARED,
    complaint=_COMPLAINT,
    shop=_SHOP,
    complaints=_COMPLAINTS,
    adverts=_ADVERTS,
)
